import { Paperclip } from 'lucide-react';
import { useRef } from 'react';
import { attach, type Box } from '../../state/attachments.ts';
import { focusMessage } from '../../state/nav.ts';
import { IconButton } from '../../ui/button.tsx';

/** The platform's file dialog; what is chosen is attached at once. */
export function AttachButton({ box }: { readonly box: Box }) {
  const ref = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={ref}
        type="file"
        multiple
        hidden
        onChange={(event) => {
          const files = [...(event.currentTarget.files ?? [])];
          // The same file may be chosen again.
          event.currentTarget.value = '';
          void attach(box, files);
          focusMessage();
        }}
      />
      <IconButton label="Attach" onClick={() => ref.current?.click()}>
        <Paperclip className="i s" aria-hidden="true" />
      </IconButton>
    </>
  );
}
