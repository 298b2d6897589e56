import { whetstoneStatus } from '../tools/whetstone-status.ts';
import type { ToolContext } from '../tools/tool.ts';
import { jsonContent, type FixedResource } from './resource.ts';

export const statusResource: FixedResource<ToolContext> = {
  kind: 'fixed',
  uri: 'whetstone://status',
  name: 'status',
  title: whetstoneStatus.title,
  description: 'What stands behind the answers: source, age, server, problems; the same as whetstone_status says',
  mimeType: 'application/json',

  async read(ctx) {
    const { structured } = await whetstoneStatus.handler({}, ctx);
    return jsonContent(structured, 0);
  },
};
