import { PortfolioSettings } from '@whetstone/shared/contract';

export interface StoredSettings {
  /** 0 where nothing was ever stored. */
  version: number;
  document: unknown;
}

/** How a project chooses its models; where nobody can tell, nobody may guess either: a deny list may have stood there. */
export type SettingsRead =
  | { kind: 'settings'; version: number; settings: PortfolioSettings }
  | { kind: 'unreadable'; version: number; why: string };

export function readSettings(stored: StoredSettings | undefined): SettingsRead {
  if (!stored) return { kind: 'settings', version: 0, settings: PortfolioSettings.parse({}) };
  const { version, document } = stored;
  const parsed = PortfolioSettings.safeParse(document);
  if (parsed.success) return { kind: 'settings', version, settings: parsed.data };
  const { path, message } = parsed.error.issues[0]!;
  const where = path.length > 0 ? `${path.join('.')}: ` : '';
  const why =
    `The settings of the portfolio at version ${version} cannot be read (${where}${message}), so no model is allowed: ` +
    `write them anew with PUT /api/portfolio/models from version ${version}.`;
  return { kind: 'unreadable', version, why };
}

/** What holds while nobody can tell what was set: no model at all. */
export const nothingAllowed = (): PortfolioSettings => PortfolioSettings.parse({ allow: [] });
