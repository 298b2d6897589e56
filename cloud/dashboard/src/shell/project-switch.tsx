import { inputClass } from '../ui/field.tsx';
import { useSession } from './session.tsx';
import { useGo } from './unsaved.tsx';

const further = 'further';

/** The project this tab looks at, of those the browser holds a key for, and the way to a further one. */
export function ProjectSwitch() {
  const { projects, current, switchTo, addKey } = useSession();
  const go = useGo();
  const choose = (select: HTMLSelectElement) => {
    const wanted = select.value;
    // What is shown follows what is chosen in the end, not what was clicked on.
    select.value = current.project.id;
    go('/flags', {
      afterwards: () => {
        if (wanted === further) addKey();
        else switchTo(wanted);
      },
    });
  };
  return (
    <label class="block">
      <span class="mb-1 block px-0.5 text-xs text-muted">{current.organisation.name}</span>
      <select
        aria-label="Project"
        class={`${inputClass} font-medium`}
        value={current.project.id}
        onChange={(event) => choose(event.currentTarget)}
      >
        {projects.map(({ project }) => (
          <option key={project.id} value={project.id}>
            {project.name}
          </option>
        ))}
        <option value={further}>Sign in to another …</option>
      </select>
      <span class="mt-1 block truncate px-0.5 text-xs text-muted" title={`${current.key.name} (${current.key.role})`}>
        as {current.key.role}
      </span>
    </label>
  );
}
