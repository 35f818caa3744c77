// The behaviours that earlier systems of this kind got wrong at least once (section 13 of the design's CHATD.md), by
// number and in our own words. A test that stands for one begins its title with `#<number>`.

/** Numbers count on from `from`, a line each. */
export const sections = [
  {
    from: 1,
    title: 'Worker, subscriptions, test servers',
    names: `
      an interrupt through another replica shows as a status on both
      an interrupt leaves no worker, start time or heartbeat behind
      only the owner's heartbeat counts
      a message to a busy chat is queued and not in history
      an interrupting message goes next, without waiting for the end
      an edit replaces the text, cuts what follows and empties the queue
      an edit of a message that is not there is refused
      an edit of what is not the person's is refused
      an orphan of a running system is found by the periodic look
      a new replica takes over what a dead one left
      an idle chat is never recovered
      an error's reason is stored, and gone after recovery
      closing in mid-stream leaves a chat that another replica completes
      the first thing that a subscriber hears is the status
      parts of the snapshot do not come again
      only rows after the cursor are in the snapshot
      a test server does not end an answer that was cancelled
      who subscribes before the first word gets every part
      who comes after a step gets its row and only newer parts
      a success while shutting down leaves a chat that can go on
      the last status carries the title that was made meanwhile
      cleaning up works after a cancellation
      closing waits for a title that is being made
      a model that cannot stream is an error, not a plain call
      a failed stream without calls ends in an error
      a call whose arguments broke off is not run
      a workspace that is gone is told to the model and can be replaced
      creating a workspace without a creator is a result, not a crash
      the log of a workspace's making is in the parts
      a created workspace is noted on the chat
      another replica's subscriber gets the parts
      archiving a root archives its descendants in one call
      the background may do its work and nothing else
      a created chat is answered and the answer is stored
      a list has the caller's chats only`,
  },
  {
    from: 36,
    title: 'Relay',
    names: `
      a relay that breaks is dialled again after 500 ms and goes on
      a dial that hangs holds up no status and no message
      what came before the dial arrives once
      a dial that comes back after an interrupt is dropped
      who leaves during a dial leaves nothing behind
      a new worker means a new relay
      a failed dial is tried again
      a chat that comes home needs no relay
      several breaks in a row all heal`,
  },
  {
    from: 45,
    title: 'The agent loop',
    names: `
      only active tools are offered, with cache marks and options
      an interrupt with an open call stores the call and a made-up error result
      the results of one step are in the prompt of the next
      a failed commit is the loop's failure
      a shutdown is not an interrupt
      a result from the provider's own tool stays in the answer
      an interrupt while a tool runs stores the step
      an interrupt that is told by the commit stores it all the same
      an alarm and its end together cancel once
      after the alarm is off a failure keeps its kind
      the classification knows the provider
      the id of an answer is taken, or there is none
      the account's name is the one in sentences
      a closed connection is a timeout to retry
      no connection in time is a silence timeout
      nothing said in time is one, too
      the first part ends the alarm
      an end without a part after the alarm is the same
      a failing publisher gives the attempt back
      an exclusive tool among others: none runs
      results stand in the order of the calls
      an unknown tool is answered with its name
      a tool that throws is answered with an error`,
  },
  {
    from: 68,
    title: 'Context limits in metadata',
    names: `
      keys lose case and separators
      keys split into words
      the exact keys
      the same in other spellings
      keys that hold the right words
      keys that only look like it
      numbers and texts that are limits
      positive ones only
      found flat, nested, in lists
      one, the largest of several, none
      in the shapes of the providers`,
  },
  {
    from: 79,
    title: 'Compaction',
    names: `
      at the threshold a summary is made and stored with its numbers
      a part before it and a part after it
      below the threshold nothing happens
      the next call uses the short prompt
      it is not done twice
      a failure is told and does not fail the run
      on the last step the loop goes on
      start, summary, commit, in this order
      no start below the threshold
      100 means never
      nonsense means 70
      by hand: forced, told as such, its mark gone with the commit
      what was not answered yet follows the summary
      still over the limit is a clear error`,
  },
  {
    from: 93,
    title: 'Retry',
    names: `
      overloads and rate limits
      529
      failed servers
      a connection that was reset
      a connection that was refused
      an end that came too early
      a broken pipe
      a timeout of the network
      a service that is unavailable
      502 and 503
      429 in a text
      nothing is not
      a cancellation is not
      our own deadline is not
      authentication is not
      a wrong key is not
      a wrong model is not
      a full context is not
      a used-up quota is not
      wrapping changes nothing
      statuses
      delays
      a success needs one call
      one failure, then a success
      several failures, then a success
      a final failure needs one call
      a cancellation during the wait ends it at once
      a cancellation during the call is not the provider's error
      each retry tells its number, its reason and its delay
      nobody needs to listen
      a limit of attempts, when there is one, ends with the last error
      the wait is in the row, and gone after the success
      a rate limit, then a success: two calls
      a silent stream, then a success`,
  },
  {
    from: 127,
    title: 'Classification',
    names: `
      an overload without a name
      an overload with a name
      Anthropic's stream without its last event
      OpenAI's stream without its last event
      a wrong key beats a wrong model
      a wrong model alone
      forbidden alone
      401 and 403
      forbidden for a full context
      429
      a rate limit does not beat a wrong model
      a quota with 429 does not either
      an unavailable service says so
      a timeout does not beat a wrong model
      a refused connection does not either
      our own deadline is final
      a transport reset is not
      a cancellation is
      a 500 about a cancellation is not
      an account that is turned off
      a plain 503
      diagnostics leak no ids
      one row a pattern
      a broken transport says that the provider is unavailable
      HTTP/2 connections
      HTTP/2 stream errors, by who caused them
      the number of a stream is no status`,
  },
  {
    from: 154,
    title: 'State machine',
    names: `
      a new chat runs, with its rows, versions and hint
      a new chat needs a message
      it need not be the person's
      nor the last one
      it may begin idle, in no other state
      a promoted message finds a model that exists
      every transition in every state
      archiving what is archived is refused
      an unknown way of sending is refused
      results of a client are checked
      a retry without sense is refused
      the 21st queued message is refused
      an interrupting message while asked cancels the calls
      only a person's message can be edited
      an edit can bring more rows
      who owns nothing cannot leave
      leaving clears the owner and tells
      acquiring asks nobody
      asking for a compaction clears owner and error, and sets its mark
      clearing the context begins anew for the model
      a family is archived whole or not at all
      only open calls of ours are cancelled
      what was rolled back is not told`,
  },
  {
    from: 177,
    title: 'Triggers and concurrency',
    names: `
      a new row takes the chat's version
      a changed row does, too
      nobody else sets it
      a row stays in its chat
      a change that is none moves nothing
      the search index moves nothing
      a new queue entry moves the queue's version
      a changed one does, too
      a queue entry has an author
      without one it is the owner
      a new attempt clears the wait, a wait takes the version
      the row is locked
      a failure inside undoes all
      parallel changes get different versions`,
  },
  {
    from: 191,
    title: 'Stream loop',
    names: `
      what a hint asks for
      after a cursor, with edits
      a promoted message names its queue entry
      deleted rows make a cut
      one sync has one order
      open calls are listed from history
      parts of another episode, old ones, gaps
      a lost hint is healed
      the first read is bounded
      an error is told once`,
  },
  {
    from: 201,
    title: 'Instructions and titles',
    names: `
      Markdown is cleaned
      the file at home
      the file of the folder
      the block follows the system rows
      all pieces in order
      each piece alone
      nothing is nothing
      what was cut says so
      the surroundings before the files
      blank files leave no headline
      paths in the agent's style
      who wants a title
      titles are made fit
      a title that takes too long changes nothing`,
  },
  {
    from: 215,
    title: 'Sub-agents',
    names: `
      a spawn tells id, title and status
      a wait tells the title
      a message tells the title
      a stranger is not waited for
      a wait ends with its child
      a child that has ended is told at once
      active descendants
      a stranger gets no message
      an ended child goes on with a message
      the last words are the report
      no words: a sentence
      a running parent is not disturbed
      children have none of these tools
      a wait that takes too long is a result
      closing ends a running child`,
  },
  {
    from: 230,
    title: 'Head and tail of an output',
    names: `
      empty
      small
      exactly the head
      head and tail, nothing left out
      left out, with its number
      bounded however much
      a long line
      a long line in the tail
      writes at once
      what was cut, in numbers
      many small writes
      an empty write
      begun anew
      a copy is a copy
      around the ring
      several long lines`,
  },
  {
    from: 246,
    title: 'Processes',
    names: `
      started, in front and behind
      no command, no JSON
      in a folder of its own
      at home
      in the agent's folder
      a folder that is gone
      another home
      with variables
      with the hook's variables
      the request's variables win
      the same token attaches
      one chat's only
      ten, newest first
      running ones first
      running and ended
      ended: its code
      running: so
      unknown
      another chat's
      waits for the end
      ended already
      waits so long
      several wait
      signals
      none to signal
      ended before the signal
      wrong signals
      told without a folder
      from start to code
      the chat in the log`,
  },
  {
    from: 276,
    title: 'Files',
    names: `
      wrong paths
      wrong ranges
      not there
      a folder
      not allowed
      ranges of bytes
      types of files
      lines: wrong paths
      lines: clear refusals
      lines: empty
      lines: numbered
      lines: ranges
      lines: beyond the end
      lines: long ones
      lines: too large
      write: wrong paths
      write: makes folders
      write: folders in the way
      write: not allowed
      write: the disk says no
      write: keeps the mode
      edit: wrong requests
      edit: refusals
      edit: a failed rename leaves the file
      edit: one
      edit: ambiguous
      edit: all
      edit: several lines, several files
      edit: white space at the end
      edit: indentation
      edit: exact wins
      edit: no match
      edit: ambiguous, exact
      edit: all, in the pass that won
      edit: mixed white space
      edit: all that is wrong
      edit: all or nothing
      edit: keeps the mode
      which paths a chat wrote`,
  },
  {
    from: 315,
    title: 'Tools',
    names: `
      execute: no command
      execute: a last ampersand
      execute: a success
      execute: a failure
      execute: in the background
      execute: too long
      execute: the start fails
      execute: the output fails
      execute: no connection
      commands that print files
      the chat's id in the environment
      pages of templates
      askpass: who and what
      askpass: no host
      askpass: waits for the login
      askpass: one chat only`,
  },
  {
    from: 331,
    title: "The window's store",
    names: `
      a row that is known does not clear the parts
      a new row does
      a changed row does
      only what shows the parts is painted
      parts in one go
      no parts while pending
      a part after a row survives a clearing that was due
      another chat brings its own queue
      no parts after the end
      an error sets state and reason
      an error without words has some
      a retry is shown
      running ends it
      a child's status is the child's
      a lost connection says so and comes back
      over an older error
      with growing pauses
      a title comes with title events only
      deleting takes the children along
      the list is read again after a connection's begin, end and failure
      a new diff is read anew in both places`,
  },
];

/** number → name. */
export const regressions = new Map(
  sections.flatMap(({ from, names }) =>
    names
      .trim()
      .split('\n')
      .map((name, at) => [from + at, name.trim()]),
  ),
);

export function sectionOf(number) {
  return sections.findLast(({ from }) => from <= number)?.title ?? '';
}

/** Why a behaviour has no test: it cannot occur here, or what it is about comes later. */
export const withoutTest = new Map([
  [182, 'does not apply: the search index is a table of its own, filled by a job (decision 17)'],
  [250, 'does not apply: an agent has no directory of its own, every command is given one'],
  [251, 'does not apply: a directory that is gone is refused (see 321) and not replaced by another'],
  [273, 'does not apply: what changes is told by watching the disk, whoever changes it'],
  [314, 'does not apply: as 273; what a chat did is in its ledger'],
]);

/** Where this system keeps the guarantee in another way than the one whose test it was. */
export const differences = new Map([
  [
    9,
    'on a database of our own the lock tells that an owner is dead, at once; on a shared one the lease does',
  ],
  [16, 'a window asks for no cursor: it gets the newest 60 rows, and earlier ones by the page'],
  [50, 'no adapter has a provider run tools; what an import brings is treated so'],
  [61, 'after the first event a stall has a longer limit of its own'],
  [
    84,
    'the failure stands where the summary was announced, and the turn ends with it: a call that does not fit would fail too',
  ],
  [110, 'the kind is context_full, which offers to compact'],
  [123, 'retries have no limit unless the model’s configuration sets one'],
  [125, 'there are no metrics'],
  [135, 'the kind is context_full, which offers to compact'],
  [171, 'whom the lock or the lease says to live keeps its chat'],
  [191, 'one rule instead of nine cases: only a newer version is read, from the version that was told'],
  [192, 'as 16'],
  [194, 'history_cut names the first row that goes; what is older stays'],
  [218, 'a sibling is no descendant either'],
  [274, 'another exit code: 261'],
  [299, 'the refusal is the system’s own (403)'],
  [336, 'pending is running without an owner'],
  [345, 'a MessagePort instead of a socket; main ends it, or the page stands still'],
  [347, 'at most 15 s'],
  [
    350,
    'each opening begins with the whole list; in between it is compared after lost hints, a sleep, and every five minutes',
  ],
]);
