/** Directories whose content runs or configures programs on its own. */
const DIRECTORIES = new Set([
  '.git',
  '.gaffer',
  '.vscode',
  '.github',
  '.gitlab',
  '.circleci',
  '.buildkite',
  '.husky',
  '.devcontainer',
  '.ssh',
]);

const FILES = new Set([
  // instructions for agents
  'agents.md',
  'claude.md',
  // run at shell start
  '.envrc',
  '.bashrc',
  '.bash_profile',
  '.bash_login',
  '.bash_logout',
  '.profile',
  '.zshrc',
  '.zshenv',
  '.zprofile',
  '.zlogin',
  '.zlogout',
  'config.fish',
  // git and CI
  '.gitconfig',
  '.gitmodules',
  '.gitlab-ci.yml',
  '.travis.yml',
  '.drone.yml',
  '.woodpecker.yml',
  'azure-pipelines.yml',
  'bitbucket-pipelines.yml',
  'jenkinsfile',
]);

/** Whether a write there asks even where edits are free. `relative` is the path below the working directory. */
export function isProtected(relative: string): boolean {
  const names = relative.toLowerCase().split(/[/\\]/);
  return names.some((name) => DIRECTORIES.has(name)) || FILES.has(names.at(-1) ?? '');
}

const LIBRARY_ROOTS = ['/usr/include', '/usr/lib', '/usr/local/lib', '/usr/local/include', '/usr/share'];
const LIBRARY_PARTS = ['/.cargo/registry/src/', '/.rustup/toolchains/', '/go/pkg/mod/', '/site-packages/'];

/** Sources of the languages' libraries: reading them asks no one. `realPath` is absolute, links resolved. */
export function isLibraryPath(realPath: string): boolean {
  return (
    LIBRARY_ROOTS.some((root) => realPath.startsWith(`${root}/`)) ||
    LIBRARY_PARTS.some((part) => realPath.includes(part))
  );
}
