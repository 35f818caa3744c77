/** Of one attached file. */
export const MAX_FILE_BYTES = 10 * 1024 * 1024;
/** Of one message. */
export const MAX_FILES = 20;
