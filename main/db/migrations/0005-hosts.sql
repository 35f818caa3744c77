-- The person's ssh-agent may be used from a host. The configuration's ForwardAgent does not count: an agent works there.
alter table hosts add column forward_agent boolean not null default false;
