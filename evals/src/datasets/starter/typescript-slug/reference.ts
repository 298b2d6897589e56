const spelled: Record<string, string> = { ß: 'ss', æ: 'ae', ø: 'o' };

export function slug(title: string, maxLength = 60): string {
  const plain = title
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[ßæø]/g, (letter) => spelled[letter]!)
    .replaceAll(/['’]/g, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  return shortened(plain || 'untitled', maxLength);
}

function shortened(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const at = text.lastIndexOf('-', maxLength);
  return text.slice(0, at === -1 ? maxLength : at);
}
