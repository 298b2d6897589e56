export const openAiUrl = 'https://api.openai.com/v1';
