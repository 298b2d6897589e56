export const leaderboardPath = (query: Record<string, string>) => `/api/leaderboard?${new URLSearchParams(query)}`;
