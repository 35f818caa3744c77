-- A chat that goes on from a message of another one; the origin may be deleted for good.
alter table chats add column forked_from_chat_id uuid references chats(id) on delete set null;
alter table chats add column forked_from_message_id bigint;
create index chats_forked_from on chats (forked_from_chat_id) where forked_from_chat_id is not null;

-- Who copies a history whole says so with `set_config('gaffer.copying', <chat id>, true)`: its rows keep the revisions
-- that they had, and the copier writes the chat's own numbers once. Row by row a long chat would be updated as often as
-- it has rows, and each time the database would walk past all versions of before.
create or replace function tg_chat_message_version() returns trigger language plpgsql as $f$
declare v bigint;
begin
  if tg_op = 'INSERT' then
    if current_setting('gaffer.copying', true) = new.chat_id::text then return new; end if;
    if new.revision <> 0 then raise exception 'revision is assigned by the database'; end if;
  else
    if new.chat_id <> old.chat_id then raise exception 'chat_id of a message is immutable'; end if;
    if new.revision <> old.revision then raise exception 'revision is assigned by the database'; end if;
    if new is not distinct from old then return new; end if;
  end if;
  update chats set history_version = snapshot_version, generation_attempt = 0,
      message_count = message_count
        + (case when not new.deleted and new.visibility <> 'model' then 1 else 0 end)
        - (case when tg_op = 'UPDATE' and not old.deleted and old.visibility <> 'model' then 1 else 0 end)
    where id = new.chat_id returning snapshot_version into v;
  new.revision := v;
  return new;
end $f$;
