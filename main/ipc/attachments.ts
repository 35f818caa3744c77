import { MAX_FILE_BYTES } from '@shared/model/attachment-limits.ts';
import { asId, type FileId, type OwnerId } from '@shared/model/ids.ts';
import { err, ok } from '@shared/util/result.ts';
import { fileName, typeOf } from '../base/file-type.ts';
import type { Random } from '../base/random.ts';
import type { ChatStore } from '../chatd/machine/store.ts';
import type { CallHandlers } from './handlers.ts';
import type { PrivateCopies } from './private-copies.ts';

interface AttachmentDeps {
  readonly store: Pick<ChatStore, 'call'>;
  readonly ownerId: OwnerId;
  readonly random: Random;
  readonly copies: Pick<PrivateCopies, 'show'>;
}

export function attachmentCalls({
  store,
  ownerId,
  random,
  copies,
}: AttachmentDeps): Pick<CallHandlers, Extract<keyof CallHandlers, `attachment.${string}`>> {
  return {
    'attachment.add': async ({ name: given, bytes }) => {
      const name = fileName(given);
      if (bytes.byteLength === 0) return err({ code: 'empty', message: 'It is empty.' });
      if (bytes.byteLength > MAX_FILE_BYTES) return tooLarge();
      const typed = typeOf(name, bytes);
      if (!typed.ok) {
        const message = 'Neither text, nor PDF, nor a PNG, JPEG, GIF or WebP picture.';
        return err({ code: 'unsupported', message });
      }
      const { mediaType, bytes: data } = typed.value;
      if (data.byteLength > MAX_FILE_BYTES) return tooLarge();
      const fileId = asId<FileId>(random.uuid());
      await store.call('addFile', { fileId, ownerId, name, mediaType, data });
      return ok({ type: 'file', file_id: fileId, name, media_type: mediaType, size: data.byteLength });
    },
    'attachment.remove': async ({ fileId }) => ok(await store.call('removeFile', { ownerId, fileId })),
    'attachment.read': async ({ fileId }) => {
      const file = await store.call('loadFile', { ownerId, fileId });
      if (!file) return expired();
      return ok({ name: file.name, mediaType: file.mediaType, bytes: file.data });
    },
    'attachment.open': async ({ fileId }) => {
      const file = await store.call('loadFile', { ownerId, fileId });
      if (!file) return expired();
      // What it is was told by its bytes. Nothing else is given to the system: it might run it.
      if (file.mediaType !== 'application/pdf')
        return err({ code: 'unsupported', message: 'Only PDF files are opened with another program.' });
      if ((await copies.show(file.name, 'pdf', file.data)) === 'shown') return ok(null);
      return err({ code: 'no-viewer', message: 'This computer has no program that opens PDF files.' });
    },
    'attachment.present': async ({ fileIds }) =>
      ok(await store.call('listPresentFiles', { ownerId, fileIds })),
  };
}

function expired() {
  return err({ code: 'expired' as const, message: 'This file has expired.' });
}

function tooLarge() {
  return err({ code: 'too-large' as const, message: 'It is larger than 10 MB.' });
}
