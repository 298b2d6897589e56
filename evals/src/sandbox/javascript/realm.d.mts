export function realmPrint(): string;
