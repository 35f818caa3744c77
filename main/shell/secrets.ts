import { app, safeStorage } from 'electron';
import { type Cipher, createSecrets, type SecretsStore } from './secrets-file.ts';

/** Keys and answers, encrypted by the operating system into `file`; only in memory where it cannot encrypt. */
export function openSecrets(file: string): SecretsStore {
  return createSecrets({ file, cipher: systemCipher(), likely: isEncryptionLikely() });
}

/**
 * Asks safeStorage at the first use and not before: at start-up a locked keyring would stop the whole process
 * behind a password question.
 */
function systemCipher(): () => Promise<Cipher | null> {
  let cipher: Cipher | null | undefined;
  return async () => {
    await app.whenReady();
    if (cipher === undefined) cipher = canEncrypt() ? viaSystem : null;
    return cipher;
  };
}

const viaSystem: Cipher = {
  encrypt: (text) => safeStorage.encryptString(text),
  decrypt: (bytes) => safeStorage.decryptString(bytes),
};

function canEncrypt(): boolean {
  if (!safeStorage.isEncryptionAvailable()) return false;
  return process.platform !== 'linux' || safeStorage.getSelectedStorageBackend() !== 'basic_text';
}

/** A guess without asking. Linux: desktops that bring a keyring, unless the command line says otherwise. */
function isEncryptionLikely(): boolean {
  if (process.platform !== 'linux') return true;
  if (process.argv.includes('--password-store=basic')) return false;
  return /gnome|unity|cinnamon|kde|xfce|pantheon|deepin|ukui/i.test(
    process.env['XDG_CURRENT_DESKTOP'] ?? '',
  );
}
