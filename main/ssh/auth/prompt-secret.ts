const PASSWORD =
  /passw(?:or[dt]|oord)|kennwort|contrase[nñ]a|mot de passe|senha|пароль|密码|密碼|パスワード/i;
/** What is good for once, or becomes the next password. */
const ONCE =
  /one.?time|otp|code|token|verif|passcode|\bpin\b|factor|duo|challenge|response|\bnew\b|neues?\b|again|retype|re-enter|repeat|change|expired/i;

/** Whether the answer to a prompt may be kept: an account's password, and nothing that is asked for with it. */
export function isPasswordPrompt(label: string, echo: boolean): boolean {
  return !echo && PASSWORD.test(label) && !ONCE.test(label);
}
