import { createWhetstone } from 'whetstone-mcp/cloud-client';
import { readCard } from './card.ts';
import { fix } from './fix.ts';
import { review } from './review.ts';

const [command = '', cardFile = 'card.json', ...words] = process.argv.slice(2);

switch (command) {
  case 'fix': {
    const { card, root } = await readCard(cardFile);
    process.exitCode = (await fix(card, root)) ? 0 : 1;
    break;
  }
  case 'review': {
    const { root } = await readCard(cardFile);
    console.log(await review(root, words.length > 0 ? words.join(' ') : undefined));
    break;
  }
  case 'status': {
    // An instance of its own, for who wants to decide when it ends.
    const whetstone = createWhetstone();
    const { ready, source, degradedReason } = await whetstone.status();
    console.log([ready ? 'ready' : 'not ready', source, degradedReason].filter(Boolean).join(' · '));
    await whetstone.close();
    break;
  }
  default:
    console.error('agent-cli fix|review|status [card.json] [comment …]');
    process.exitCode = 2;
}
