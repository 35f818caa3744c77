/** To where nothing is kept, from where nothing comes, or one output into the other. The whole text of one redirection. */
const HARMLESS = /^(?:[12]?>>? ?\/dev\/null|&> ?\/dev\/null|0?< ?\/dev\/null|[12]?>&[12])$/;

export function isHarmlessRedirect(source: string): boolean {
  return HARMLESS.test(source);
}
