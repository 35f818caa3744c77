/** What is wrong, in one sentence, said at the moment it happens. */
export function Problem({ text }: { readonly text: string | null }) {
  return text === null ? null : (
    <div className="err" role="alert">
      {text}
    </div>
  );
}
