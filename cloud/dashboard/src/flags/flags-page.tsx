import { useProject } from '../live/project.tsx';
import { Page } from '../ui/page.tsx';
import { ErrorState } from '../ui/states.tsx';
import { Table } from '../ui/table.tsx';

export function FlagsPage() {
  const { flags, reloadFlags } = useProject();
  if (flags.state === 'failed') {
    return (
      <Page title="Flags">
        <ErrorState what="The flags could not be loaded" error={flags.error} onRetry={reloadFlags} />
      </Page>
    );
  }
  return (
    <Page title="Flags">
      <Table
        caption="Flags of the project"
        rows={flags.state === 'ready' ? [...flags.flags.values()] : []}
        loading={flags.state === 'loading' ? 8 : 0}
        keyOf={({ key }) => key}
        columns={[
          { name: 'Key', cell: ({ key }) => <a href={`/flags/${key}`}>{key}</a> },
          { name: 'State', cell: ({ enabled }) => (enabled ? 'on' : 'off') },
        ]}
      />
    </Page>
  );
}
