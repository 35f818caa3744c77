interface PathListProps {
  readonly label: string;
  readonly items: readonly { readonly path: string; readonly note: string }[];
}

/** Paths in one line each; of a long one the end is seen, which tells it from the others. */
export function PathList({ label, items }: PathListProps) {
  return (
    <ul aria-label={label} className="sources">
      {items.map(({ path, note }) => (
        <li key={path}>
          <span className="mono source" title={path}>
            <bdi dir="ltr">{path}</bdi>
          </span>
          <span className="num meta">{note}</span>
        </li>
      ))}
    </ul>
  );
}
