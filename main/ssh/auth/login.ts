import type { AnyAuthMethod, KeyboardInteractiveAuthMethod, Prompt } from 'ssh2';
import type { AuthMethod, HostOptions } from '../config/host-options.ts';
import { LinkFault } from '../fault.ts';
import { fingerprint } from '../known-hosts.ts';
import type { SecretPrompt, SignInAsked } from '../questions.ts';
import type { Candidate } from './candidates.ts';
import { OneKeyAgent } from './one-key-agent.ts';
import { plainText } from './plain-text.ts';
import { isPasswordPrompt } from './prompt-secret.ts';

export type LoginAsked = Pick<SignInAsked, 'method' | 'instructions' | 'prompts' | 'attempt'>;

export interface LoginDeps {
  readonly options: HostOptions;
  /** How people call the machine. */
  readonly hop: string;
  readonly keys: AsyncIterator<Candidate>;
  /** Why keys that were named cannot be used. */
  readonly problems: readonly string[];
  /** Null: the person declined. Rejects when the connection ends first. */
  readonly ask: (asked: LoginAsked) => Promise<readonly string[] | null>;
  /** Something for which the connection must end. */
  readonly onFault: (error: unknown) => void;
}

/** Name, instructions, language, prompts, and where the answers go. */
type Round = Parameters<KeyboardInteractiveAuthMethod['prompt']>;

type KeyOffer = { readonly kind: 'publickey'; readonly candidate: Candidate; signed: boolean };

type Offer =
  /** Asks what the server offers: at first, and after a key that it wanted, whose answer ssh2 keeps to itself. */
  | { readonly kind: 'none'; readonly after: KeyOffer | null }
  | KeyOffer
  | { readonly kind: 'keyboard-interactive'; asked: boolean }
  | { readonly kind: 'password' };

/**
 * Signs in as OpenSSH does: asks what the server offers, then goes through the methods in the order of preference. Each
 * key is offered once; a person may be wrong as often as the configuration says; what they decline ends it.
 */
export class Login {
  readonly #deps: LoginDeps;
  #last: Offer | null = null;
  /** As the server said last. */
  #offered: readonly string[] = [];
  readonly #tries = { 'keyboard-interactive': 0, password: 0 };
  /** How often each secret was given. One that was not enough is not given from memory again, by whatever method. */
  readonly #given = new Map<string, number>();
  #keysLeft = true;
  #keysOffered = 0;
  /** A server that offers to ask and then does not. */
  #asksNothing = false;
  readonly #story: string[] = [];
  readonly #refused: string[] = [];

  constructor(deps: LoginDeps) {
    this.#deps = deps;
  }

  /** What was offered and tried, a line each. */
  get story(): string {
    return [...this.#story, ...this.#deps.problems].join('\n');
  }

  /** What let us in. */
  get accepted(): string {
    return this.#last === null ? 'nothing' : nameOf(this.#last);
  }

  /**
   * `left` and `partial` are what ssh2 knows of the answer to the last offer; of a key's it knows nothing. Rejects with
   * LinkFault `auth` when nothing is left, or the person declined.
   */
  async next(left: readonly string[] | null, partial: boolean | null): Promise<AnyAuthMethod> {
    const last = this.#last;
    if (last === null) return this.#probe(null);
    if (last.kind === 'publickey' && last.signed) return this.#probe(last);
    if (last.kind === 'publickey') this.#tell(last, 'refused');
    else this.#learn(last, left ?? [], partial === true);
    for (const method of this.#deps.options.methods) {
      const offer = this.#offered.includes(method) ? await this.#offer(method) : null;
      if (offer !== null) return offer;
    }
    throw this.#refusal();
  }

  /** The server ended the connection while we were at it. */
  cutFault(said: string): LinkFault {
    const { hop } = this.#deps;
    const keys = this.#keysOffered;
    return new LinkFault(
      'auth',
      `${hop} ended the sign-in${keys > 1 ? ` after ${keys} keys` : ''}: ${plainText(said)}.`,
      this.story,
      keys > 1
        ? 'In the SSH configuration, give this host its one IdentityFile and "IdentitiesOnly yes".'
        : 'Check the user name, and wait a while before you connect again.',
    );
  }

  #learn(last: Exclude<Offer, KeyOffer>, offered: readonly string[], partial: boolean): void {
    const before = this.#offered;
    this.#offered = offered;
    const more = `accepted, and more is asked for: ${offered.join(', ')}`;
    if (last.kind === 'none') {
      if (last.after === null) this.#story.push(`The server offers: ${offered.join(', ') || 'nothing'}.`);
      else this.#tell(last.after, before.join() === offered.join() ? 'refused' : more);
    } else if (partial) {
      this.#tell(last, more);
      this.#tries[last.kind] = 0;
      this.#given.clear();
    } else {
      if (last.kind === 'keyboard-interactive' && !last.asked) this.#asksNothing = true;
      this.#tell(last, 'refused');
    }
  }

  #offer(method: AuthMethod): Promise<AnyAuthMethod | null> | AnyAuthMethod | null {
    switch (method) {
      case 'publickey':
        return this.#offerKey();
      case 'keyboard-interactive':
        return this.#offerAnswers();
      case 'password':
        return this.#offerPassword();
    }
  }

  #probe(after: KeyOffer | null): AnyAuthMethod {
    this.#last = { kind: 'none', after };
    return { type: 'none', username: this.#user };
  }

  async #offerKey(): Promise<AnyAuthMethod | null> {
    const found = this.#keysLeft ? await this.#deps.keys.next() : { done: true as const };
    if (found.done) {
      this.#keysLeft = false;
      return null;
    }
    const offer: KeyOffer = { kind: 'publickey', candidate: found.value, signed: false };
    this.#last = offer;
    this.#keysOffered += 1;
    const agent = new OneKeyAgent(found.value.publicKey, (data, hash) => this.#sign(offer, data, hash));
    return { type: 'agent', username: this.#user, agent };
  }

  async #sign(offer: KeyOffer, data: Buffer, hash: string | undefined): Promise<Buffer> {
    try {
      const signature = await offer.candidate.sign(data, hash);
      offer.signed = true;
      return signature;
    } catch (error) {
      if (error instanceof LinkFault) this.#deps.onFault(error);
      else this.#story.push(`${offer.candidate.label} could not be used: ${String(error)}.`);
      throw error;
    }
  }

  #offerAnswers(): AnyAuthMethod | null {
    const attempt = this.#attempt('keyboard-interactive');
    if (attempt === null || this.#asksNothing) return null;
    const offer = { kind: 'keyboard-interactive' as const, asked: false };
    this.#last = offer;
    const prompt = (...[name, instructions, , prompts, finish]: Round) => {
      offer.asked = true;
      const asked = {
        method: 'keyboard-interactive' as const,
        instructions: [name, instructions].map(plainText).filter(Boolean).join('\n'),
        prompts: prompts.map((one) => this.#prompt(one)),
        attempt,
      };
      this.#ask(asked).then(
        (values) => finish([...values]),
        (error: unknown) => this.#deps.onFault(error),
      );
    };
    return { type: 'keyboard-interactive', username: this.#user, prompt };
  }

  async #offerPassword(): Promise<AnyAuthMethod | null> {
    const attempt = this.#attempt('password');
    if (attempt === null) return null;
    const prompts = [this.#prompt({ prompt: 'Password', echo: false })];
    const [password = ''] = await this.#ask({ method: 'password', instructions: '', prompts, attempt });
    this.#last = { kind: 'password' };
    return { type: 'password', username: this.#user, password };
  }

  /** From 1; null: wrong too often. */
  #attempt(method: 'keyboard-interactive' | 'password'): number | null {
    if (this.#tries[method] >= this.#deps.options.prompts) return null;
    this.#tries[method] += 1;
    return this.#tries[method];
  }

  #prompt({ prompt, echo = false }: Prompt): SecretPrompt {
    const label = plainText(prompt).replace(/\s*:$/, '') || 'Answer';
    const { user, hostname, port } = this.#deps.options;
    const secret = isPasswordPrompt(label, echo) ? `ssh:password:${user}@${hostname}:${port}` : null;
    return { label, echo, secret };
  }

  async #ask(asked: LoginAsked): Promise<readonly string[]> {
    const secrets = asked.prompts.flatMap(({ secret }) => secret ?? []);
    const before = Math.max(0, ...secrets.map((secret) => this.#given.get(secret) ?? 0));
    const attempt = Math.max(asked.attempt, before + 1);
    for (const secret of secrets) this.#given.set(secret, (this.#given.get(secret) ?? 0) + 1);
    const values = await this.#deps.ask({ ...asked, attempt });
    if (values !== null) return values;
    throw new LinkFault(
      'auth',
      `Signing in to ${this.#deps.hop} was cancelled.`,
      this.story,
      'Connect again when you have what it asks for.',
    );
  }

  #tell(offer: Offer, what: string): void {
    const name = nameOf(offer);
    this.#story.push(`${name}: ${what}.`);
    if (what === 'refused' && offer.kind === 'publickey') this.#refused.push(name);
  }

  #refusal(): LinkFault {
    const { hop, options, problems } = this.#deps;
    const { user, methods } = options;
    const common = methods.filter((method) => this.#offered.includes(method));
    if (common.length === 0) {
      return new LinkFault(
        'auth',
        `${hop} offers no way to sign in that can be used here. It offers: ${this.#offered.join(', ') || 'nothing'}.`,
        this.story,
        `Ask who runs ${hop} to allow keys, or look what the SSH configuration switches off.`,
      );
    }
    if (this.#story.length === 1) {
      return new LinkFault(
        'auth',
        [`There is no key to sign in to ${hop} with.`, ...problems].join(' '),
        this.story,
        'Choose a key file for this host, or start an ssh-agent and add a key.',
      );
    }
    const typed = common.some((method) => method !== 'publickey');
    return new LinkFault(
      'auth',
      `${hop} refused to let ${user} in. Tried: ${this.#tried()}.`,
      this.story,
      typed
        ? 'Check the user name and what was typed, then connect again.'
        : 'Check the user name, and that the host has this key in its authorized_keys.',
    );
  }

  #tried(): string {
    const typed = Object.entries(this.#tries).flatMap(([method, tries]) => (tries > 0 ? [method] : []));
    return [...this.#refused, ...typed].join(', ');
  }

  get #user(): string {
    return this.#deps.options.user;
  }
}

function nameOf(offer: Offer): string {
  switch (offer.kind) {
    case 'none':
      return offer.after === null ? 'no proof at all' : nameOf(offer.after);
    case 'publickey':
      return `the key ${offer.candidate.label}, ${fingerprint(offer.candidate.publicKey.getPublicSSH())}`;
    case 'keyboard-interactive':
      return 'the answers to what it asked';
    case 'password':
      return 'the password';
  }
}
