/** Directories whose content runs or configures programs on its own. */
const DIRECTORIES = new Set(
  `.git .gaffer .claude .vscode .idea .cursor .zed .devcontainer .ssh
  .github .gitlab .gitea .forgejo .circleci .buildkite .woodpecker .semaphore .teamcity .azure-pipelines .ci
  .husky .githooks`.split(/\s+/),
);

const FILES = new Set(
  `agents.md claude.md .mcp.json
  .envrc .autoenv .autoenv.zsh .tool-versions mise.toml .mise.toml
  .profile .login .logout .inputrc .pam_environment .xprofile .xinitrc .xsession .xsessionrc
  .bashrc .bash_profile .bash_login .bash_logout .bash_aliases
  .zshrc .zshenv .zprofile .zlogin .zlogout .kshrc .mkshrc .cshrc .tcshrc config.fish
  profile.ps1 microsoft.powershell_profile.ps1
  .gitconfig .gitmodules .pre-commit-config.yaml lefthook.yml .lefthook.yml
  .gitlab-ci.yml .travis.yml .drone.yml .cirrus.yml .woodpecker.yml .appveyor.yml appveyor.yml azure-pipelines.yml
  bitbucket-pipelines.yml buildspec.yml cloudbuild.yaml codemagic.yaml jenkinsfile`.split(/\s+/),
);

/** What the session, the desktop or a shell reads when it starts, below `.config`. */
const CONFIG_PARTS = new Set('fish environment.d autostart systemd powershell git'.split(' '));

/** Whether a write there asks even where edits are free. `relative` is the path below the working directory. */
export function isProtected(relative: string): boolean {
  const names = relative.toLowerCase().split(/[/\\]/);
  return (
    names.some(
      (name, at) => DIRECTORIES.has(name) || (name === '.config' && CONFIG_PARTS.has(names[at + 1] ?? '')),
    ) || FILES.has(names.at(-1) ?? '')
  );
}

const LIBRARY_ROOTS = `/usr/include /usr/lib /usr/local/lib /usr/local/include /usr/share /usr/local/go/src
  /nix/store /opt/homebrew/include /opt/homebrew/lib /opt/homebrew/Cellar /Library/Developer/CommandLineTools/SDKs
  /Applications/Xcode.app/Contents/Developer`.split(/\s+/);
/** By language: Rust, Go, Python, Node.js, Java, Ruby, .NET, PHP, Haskell, Elixir. */
const LIBRARY_PARTS = `/.cargo/registry/src/ /.cargo/git/checkouts/ /.rustup/toolchains/
  /go/pkg/mod/ /site-packages/ /dist-packages/ /.pyenv/versions/
  /node_modules/ /.m2/repository/ /.gradle/caches/modules-2/
  /bundle/gems/ /.gem/ruby/ /.rbenv/versions/ /.nuget/packages/ /.composer/cache/files/ /.cabal/packages/
  /.hex/packages/`.split(/\s+/);

/** Sources of the languages' libraries: reading them asks no one. `realPath` is absolute, links resolved. */
export function isLibraryPath(realPath: string): boolean {
  const path = realPath.replaceAll('\\', '/');
  return (
    LIBRARY_ROOTS.some((root) => path.startsWith(`${root}/`)) ||
    LIBRARY_PARTS.some((part) => path.includes(part))
  );
}
