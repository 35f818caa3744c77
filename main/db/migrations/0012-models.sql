-- Accounts and models that a person edits, what calls cost, and how much may be spent.

-- preset: whose server it is ('openrouter', 'ollama' …), '' for any other; options: what only some kinds know
alter table chat_providers
  add column preset text not null default '',
  add column options jsonb not null default '{}',
  -- off for good; its rows stay, for chats refer to its models
  add column removed boolean not null default false;
update chat_providers p set removed = true
  where not enabled
    and exists (select 1 from chat_model_configs c where c.provider_id = p.id)
    and not exists (select 1 from chat_model_configs c where c.provider_id = p.id and not c.deleted);

-- unpriced: nobody knows what the call costs; it counts as nothing, and is told
alter table chat_budget_holds
  add column unpriced boolean not null default false,
  add column input_tokens bigint not null default 0,
  add column output_tokens bigint not null default 0;

-- what the calls of one chat cost so far, without those of its agents
create table chat_costs (
  chat_id uuid primary key references chats(id) on delete cascade,
  root_chat_id uuid not null,
  micros bigint not null default 0,
  calls bigint not null default 0,
  unpriced_calls bigint not null default 0);
create index chat_costs_root on chat_costs (root_chat_id);

-- What was spent, by quarter of an hour and model: any time zone's day is a sum of a few rows. It outlives its chats.
create table spending (
  at timestamptz not null,
  model_config_id uuid references chat_model_configs(id) on delete set null,
  micros bigint not null default 0,
  calls bigint not null default 0,
  unpriced_calls bigint not null default 0,
  input_tokens bigint not null default 0,
  output_tokens bigint not null default 0,
  unique nulls not distinct (at, model_config_id));

-- The cap of one tree, by its root; null: it has none. Without a row the usual one of the settings holds.
create table chat_budgets (
  chat_id uuid primary key references chats(id) on delete cascade,
  cap_micros bigint check (cap_micros >= 0));

-- Kept by the database, so that no way of settling forgets it; each settled call touches two rows, however many there are.
create function tg_call_settled() returns trigger language plpgsql security definer set search_path = public as $f$
begin
  insert into chat_costs as c (chat_id, root_chat_id, micros, calls, unpriced_calls)
    select new.chat_id, coalesce(h.root_chat_id, h.id), new.settled_micros, 1, new.unpriced::int
      from chats h where h.id = new.chat_id
    on conflict (chat_id) do update set micros = c.micros + excluded.micros, calls = c.calls + 1,
      unpriced_calls = c.unpriced_calls + excluded.unpriced_calls;
  insert into spending as s (at, model_config_id, micros, calls, unpriced_calls, input_tokens, output_tokens)
    values (date_bin('15 minutes', new.created_at, '2000-01-01 00:00:00+00'), new.model_config_id,
      new.settled_micros, 1, new.unpriced::int, new.input_tokens, new.output_tokens)
    on conflict (at, model_config_id) do update set micros = s.micros + excluded.micros, calls = s.calls + 1,
      unpriced_calls = s.unpriced_calls + excluded.unpriced_calls,
      input_tokens = s.input_tokens + excluded.input_tokens, output_tokens = s.output_tokens + excluded.output_tokens;
  perform pg_notify('settings_update', '{"key":"usage"}');
  return null;
end $f$;
create trigger chat_call_settled_at_once after insert on chat_budget_holds
  for each row when (new.settled_micros is not null) execute function tg_call_settled();
create trigger chat_call_settled after update of settled_micros on chat_budget_holds
  for each row when (old.settled_micros is null and new.settled_micros is not null)
  execute function tg_call_settled();

-- from before there were these tables
insert into chat_costs (chat_id, root_chat_id, micros, calls)
  select c.id, coalesce(c.root_chat_id, c.id), sum(h.settled_micros), count(*)
  from chat_budget_holds h join chats c on c.id = h.chat_id
  where h.settled_micros is not null group by c.id;
insert into spending (at, model_config_id, micros, calls)
  select date_bin('15 minutes', created_at, '2000-01-01 00:00:00+00'), model_config_id, sum(settled_micros), count(*)
  from chat_budget_holds where settled_micros is not null group by 1, 2;

-- kept by the trigger alone
grant select on chat_costs, spending to gaffer_daemon;
grant select, insert, update, delete on chat_budgets to gaffer_daemon;

-- What the catalogue says of a model is looked up, so that a newer one, or the person's own, counts.
update chat_model_configs set display_name = '', context_limit = null;
