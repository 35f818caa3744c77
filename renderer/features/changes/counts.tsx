interface CountsProps {
  readonly added: number;
  readonly removed: number;
  readonly binary?: boolean;
}

export function Counts({ added, removed, binary = false }: CountsProps) {
  if (binary) return <span className="counts">binary</span>;
  return (
    <span className="counts">
      {added > 0 && <span className="add">+{added.toLocaleString('en')}</span>}
      {removed > 0 && <span className="del">−{removed.toLocaleString('en')}</span>}
    </span>
  );
}
