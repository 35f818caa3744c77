/** 0: merely there. Later than any other: a person was at it last. */
interface Claim {
  readonly at: number;
  readonly by: string;
}

type Word = { readonly type: 'claim'; readonly claim: Claim } | { readonly type: 'left' };

/**
 * Which of the windows that show one terminal answers for it and gives it its size: all of them read the questions that
 * programs ask of a screen, and each answer is typed. It is the one that a person was at last, else any. The windows
 * agree by claims on a channel of their own, of which the greatest counts.
 */
export class Speaker {
  private readonly channel: BroadcastChannel;
  private readonly onChange: () => void;
  private readonly by = crypto.randomUUID();
  private mine: Claim;
  private greatest: Claim;

  constructor(terminalId: string, onChange: () => void) {
    this.onChange = onChange;
    this.channel = new BroadcastChannel(`gaffer-terminal-${terminalId}`);
    this.channel.addEventListener('message', ({ data }: MessageEvent<Word>) => this.hear(data));
    this.mine = { at: 0, by: this.by };
    this.greatest = this.mine;
    this.say({ type: 'claim', claim: this.mine });
  }

  get speaks(): boolean {
    return this.greatest.by === this.by;
  }

  /** A person is at this window. */
  claim(): void {
    if (this.speaks && this.mine.at > 0) return;
    this.stand({ at: Math.max(Date.now(), this.greatest.at + 1), by: this.by });
  }

  close(): void {
    if (this.speaks) this.say({ type: 'left' });
    this.channel.close();
  }

  private stand(claim: Claim): void {
    const spoke = this.speaks;
    this.mine = claim;
    this.greatest = claim;
    this.say({ type: 'claim', claim });
    if (!spoke) this.onChange();
  }

  private hear(word: Word): void {
    if (word.type === 'left') return this.stand({ at: 0, by: this.by });
    const spoke = this.speaks;
    if (isGreater(word.claim, this.greatest)) this.greatest = word.claim;
    else if (spoke) this.say({ type: 'claim', claim: this.mine });
    if (spoke && !this.speaks) this.onChange();
  }

  private say(word: Word): void {
    this.channel.postMessage(word);
  }
}

function isGreater(one: Claim, other: Claim): boolean {
  return one.at === other.at ? one.by > other.by : one.at > other.at;
}
