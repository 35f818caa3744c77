/**
 * Takes the bytes of a stream of server-sent events as they come and answers the data of each event that is complete.
 * Comments, and fields other than `data`, are passed over.
 */
export function createSseReader(): (chunk: Uint8Array) => readonly string[] {
  const decoder = new TextDecoder();
  let rest = '';
  let data: string[] = [];
  return (chunk) => {
    const complete: string[] = [];
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const raw of lines) {
      const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
      if (line === '') {
        if (data.length > 0) complete.push(data.join('\n'));
        data = [];
      } else if (line.startsWith('data:')) data.push(line.slice(line[5] === ' ' ? 6 : 5));
    }
    return complete;
  };
}
