interface DiffCountsProps {
  readonly additions: number;
  readonly deletions: number;
}

/** `+12 −3`; nothing where nothing changes. */
export function DiffCounts({ additions, deletions }: DiffCountsProps) {
  if (additions === 0 && deletions === 0) return null;
  return (
    <span className="num counts">
      <span className="add">+{additions}</span> <span className="del">−{deletions}</span>
    </span>
  );
}
