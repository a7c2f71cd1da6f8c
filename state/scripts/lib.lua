-- Shared by all scripts. A key is the partition's place ("tn:{3}:", in variables named p), a kind of state/keys.py and,
-- where the kind ends in a colon, what it belongs to.
-- What makes scripts slow, and is avoided: many calls, numbers as their arguments (Redis prints them with %.17g; so '0', not
-- 0), bytes that come into Lua only to be thrown away, and sorted sets (a small one is searched from its beginning).
-- Invariants: a contact's inbox or control list holds something => it is in READY, in CLAIMED, or in both.
-- A timer that is due lies in READY, in CLAIMED with the contact whose worker has it, or in the inbox; in one of them.
-- A lane has rows <=> it is in one of DUE, FLYING, MAIL.
local call = redis.call

local PIECE = 4000 -- Lua's stack bears some thousands of values

-- `command [key] value …` for any number of values.
local function bulk(values, command, key)
  for first = 1, #values, PIECE do
    local last = math.min(first + PIECE - 1, #values)
    if key then
      call(command, key, unpack(values, first, last))
    else
      call(command, unpack(values, first, last))
    end
  end
end

-- What lies under any number of keys; false where nothing does.
local function fetch(keys)
  if #keys == 0 then return {} end
  if #keys <= PIECE then return call('MGET', unpack(keys)) end
  local found = {}
  for first = 1, #keys, PIECE do
    for _, value in ipairs(call('MGET', unpack(keys, first, math.min(first + PIECE - 1, #keys)))) do
      found[#found + 1] = value
    end
  end
  return found
end

-- Adds to the list that `lists` has under `name`.
local function add(lists, name, ...)
  local list = lists[name]
  if not list then
    list = {}
    lists[name] = list
  end
  for k = 1, select('#', ...) do list[#list + 1] = (select(k, ...)) end
end

local function now_ms()
  local time = call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- News for other processes, if any listens. `own`: how many of the listeners are the caller's (-1: tell in any case).
local function tell(channel, origin, own, names)
  if tonumber(own) < 0 or call('PUBSUB', 'NUMSUB', channel)[2] > tonumber(own) then
    call('PUBLISH', channel, origin .. '\n' .. table.concat(names, '\n'))
  end
end

-- An event goes behind those that wait. `ready`: contacts by place, for make_ready.
local function put(ready, p, contact, list, blob)
  if call('RPUSH', p .. list .. contact, blob) == 1 then add(ready, p, contact) end
end

-- A time in front of a member of READY, DUE and FLYING: ms in 13 digits, which is enough until the year 2286.
local STAMP = 13

local function stamp(ms)
  return string.format('%013.0f', ms)
end

local function stamp_of(member)
  return tonumber(string.sub(member, 1, STAMP))
end

-- Contacts that have events may be claimed. One that is at a worker is left out by the claim and comes back with the commit.
-- Returns whether there were any.
local function make_ready(ready)
  local now
  for p, contacts in pairs(ready) do
    now = now or stamp(now_ms())
    for k, contact in ipairs(contacts) do contacts[k] = now .. contact end
    bulk(contacts, 'RPUSH', p .. READY)
  end
  return now ~= nil
end

-- A member of READY: since when (STAMP), then the contact. With a timer that is due: since when, when it was moved and when it
-- was due (STAMP each), then the member of TIMERS. Returns contact and the timer's event (tunnel.events.Timer) or nil.
local function ready_of(member)
  local bar = string.find(member, '|', STAMP + 1, true)
  if not bar then return string.sub(member, STAMP + 1) end
  local at, due = string.sub(member, STAMP + 1, 2 * STAMP), string.sub(member, 2 * STAMP + 1, 3 * STAMP)
  local contact, timer = string.sub(member, 3 * STAMP + 1, bar - 1), string.sub(member, bar + 1)
  local id = 'timer:' .. contact .. ':' .. timer .. ':' .. string.format('%.0f', due)
  return contact, cmsgpack.pack({type = 'timer', id = id, at = at / 1000, timer = timer, due_at = due / 1000})
end

local function bury(p, where, cause, blob, contact, seconds)
  call('XADD', p .. DEAD, '*', 'where', where, 'cause', cause, 'blob', blob, 'contact', contact, 'at', seconds)
end

-- Contacts of one place go to a worker, with what waits for them; those for whom nothing does are let go.
-- `tries`: how often each is claimed now; depth: the index of the last event that may go; `fired`: by contact, events of timers
-- that lie in no inbox. Appends contact, tries, session or false, control, events, how many of these are `fired` (the last)
-- for each to `out`. A member of CLAIMED: since when (STAMP), tries; then, if any are fired, '|' and these.
local function load(out, p, contacts, tries, depth, now, fired)
  local sessions, controls = {}, {}
  for k, contact in ipairs(contacts) do
    sessions[k] = p .. SESSION .. contact
    controls[k] = p .. CONTROL .. contact
  end
  local stored = fetch(sessions)
  local any_control = call('EXISTS', unpack(controls)) > 0 -- seldom
  local held, gone, since = {}, {}, stamp(now)
  for k, contact in ipairs(contacts) do
    local events = call('LRANGE', p .. INBOX .. contact, '0', depth)
    local control = any_control and call('LRANGE', controls[k], '0', depth) or {}
    local timers = fired[contact]
    if timers and tries[k] == 1 and #events > tonumber(depth) then -- perhaps more waits: behind it
      call('RPUSH', p .. INBOX .. contact, unpack(timers))
      timers = nil
    end
    if #control == 0 and #events == 0 and not timers then
      gone[#gone + 1] = contact
    else
      held[#held + 1] = contact
      held[#held + 1] = since .. tries[k] .. (timers and '|' .. cmsgpack.pack(timers) or '')
      for _, event in ipairs(timers or {}) do events[#events + 1] = event end
      local n = #out
      out[n + 1], out[n + 2], out[n + 3], out[n + 4], out[n + 5] = contact, tries[k], stored[k], control, events
      out[n + 6] = timers and #timers or 0
    end
  end
  bulk(held, 'HSET', p .. CLAIMED)
  bulk(gone, 'HDEL', p .. CLAIMED)
end

-- A row of an outbox: number (8 bytes), epoch (8), 'b'ot or 'o'perator (1), tries (2), length of contact (1), contact, blob.
local function of_the_bot(row)
  return string.byte(row, 17) == 98
end

local function contact_of(row)
  return string.sub(row, 21, 20 + string.byte(row, 20))
end

-- Whether an operator has taken over since the bot's row was written. Epochs only rise, so unequal is older.
-- `session`: the contact's, or at least its header.
local function overtaken(row, session)
  return of_the_bot(row) and string.sub(session or '', 9, 16) ~= string.sub(row, 9, 16)
end

local function journal_drop(p, row, lane, now_ms, why)
  local line = {what = 'dropped', at = now_ms / 1000, lane = lane, row = struct.unpack('>I8', row), why = why}
  call('XADD', p .. JOURNAL, '*', 'c', contact_of(row), 'l', cmsgpack.pack(line))
end

-- A member of FLYING: when the lease ends (STAMP), the row's number (8 bytes), its tries. A row's tries rise with each lease, so
-- number and tries name one lease and no other, however often it is renewed.
local function flight(ends, number, tries)
  return stamp(ends) .. number .. tries
end

-- Whether the lane that is kept so is held by who knows its row's number (8 bytes) and tries.
local function held(flying, number, tries)
  return flying and string.sub(flying, STAMP + 1) == number .. tries
end

local function tries_of(row)
  return (struct.unpack('>I2', row, 18))
end

-- The row, the head of its outbox, was sent or may have been.
local function tried(outbox, row)
  local tries = struct.pack('>I2', math.min(tries_of(row) + 1, 65535))
  call('LSET', outbox, '0', string.sub(row, 1, 17) .. tries .. string.sub(row, 20))
end
