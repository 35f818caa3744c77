import { expect, test } from 'vitest';
import { isLibraryPath, isProtected } from './protected-paths.ts';

test.each(
  `
  .git/config .git sub/.git/hooks/pre-commit .GIT/HEAD .gaffer/x AGENTS.md sub/agents.md CLAUDE.md .claude/settings.json
  .envrc sub/.envrc .vscode/tasks.json .idea/workspace.xml .devcontainer/devcontainer.json .mcp.json
  .github/workflows/ci.yml .gitlab-ci.yml .gitlab/ci/a.yml .circleci/config.yml .travis.yml Jenkinsfile .ci/run
  azure-pipelines.yml bitbucket-pipelines.yml .drone.yml .woodpecker/a.yml .forgejo/workflows/a.yml .buildkite/x.yml
  .husky/pre-commit .githooks/pre-push .pre-commit-config.yaml lefthook.yml .gitmodules .gitconfig
  .bashrc .bash_profile .profile .zshrc .zshenv .zlogin .kshrc .cshrc .inputrc .xprofile .pam_environment
  .config/fish/config.fish .config/fish/conf.d/a.fish .config/environment.d/a.conf .config/autostart/a.desktop
  .config/systemd/user/a.service .config/git/config .ssh/authorized_keys .tool-versions mise.toml
  Documents\\.git\\config
`
    .trim()
    .split(/\s+/),
)('a write to %s asks even where edits are free', (path) => {
  expect(isProtected(path)).toBe(true);
});

test.each(
  `
  src/a.ts README.md docs/AGENTS-guide.md git/config github/workflows/a.yml .gitignore .gitattributes .eslintrc
  config/fish/a .config/app/a.json src/profile.ts bashrc ci/run vscode/a jenkinsfile.md package.json
`
    .trim()
    .split(/\s+/),
)('a write to %s is an edit', (path) => {
  expect(isProtected(path)).toBe(false);
});

test.each(
  `
  /usr/include/stdio.h /usr/lib/python3.11/os.py /usr/local/lib/node_modules/npm/index.js /usr/share/doc/a
  /usr/local/go/src/fmt/print.go /home/me/go/pkg/mod/golang.org/x/net@v1/a.go /home/me/.cargo/registry/src/x/a.rs
  /home/me/.rustup/toolchains/stable/lib/a.rs /home/me/venv/lib/python3.12/site-packages/a.py
  /home/me/.nvm/versions/node/v20/lib/node_modules/npm/a.js /home/me/other/node_modules/react/index.js
  /home/me/.m2/repository/a.jar /home/me/.gradle/caches/modules-2/files-2.1/a.jar /usr/local/bundle/gems/a.rb
  /home/me/.nuget/packages/a.dll /nix/store/abc/include/a.h /opt/homebrew/include/a.h
  C:\\Users\\me\\.nuget\\packages\\a.dll
`
    .trim()
    .split(/\s+/),
)('%s may be read from anywhere', (path) => {
  expect(isLibraryPath(path)).toBe(true);
});

test.each(
  `
  /etc/passwd /home/me/.ssh/id_rsa /home/me/.m2/settings.xml /home/me/.cargo/credentials.toml /home/me/.npmrc
  /home/me/.config/gh/hosts.yml /usr/local/etc/a /usr/libexec/a /usr/includes/a /home/me/.nuget/NuGet/NuGet.Config
  /root/.gradle/gradle.properties /var/lib/a /home/me/project/src/a.ts
`
    .trim()
    .split(/\s+/),
)('to read %s from elsewhere asks', (path) => {
  expect(isLibraryPath(path)).toBe(false);
});
