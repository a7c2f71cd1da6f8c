-- Write what turns changed; for each contact all of it, or nothing if somebody else was faster.
-- ARGV: origin (the process, for the wake-up), how many listeners are its own, now in ms; then for each commit:
--   place, contact, header and session, expected version (8 bytes, '' = never seen), lines said ('' = none), nine numbers
--     (4 bytes each): control events handled, events of the inbox handled, lanes, timers armed, timers cancelled, lines of
--     the journal, dead letters, timers put back, number of arguments that follow;
--   the event of each timer that was claimed and is not handled;
--   for each lane: account, lane, n, n rows;
--   due in ms, timer for each timer to arm; each timer to cancel; ('l', line) for each line of the journal;
--   where, cause, blob, contact, at for each dead letter
-- Returns a string with '1' (written), '2' (written, and the contact is ready again) or '0' (fenced) for each.
local origin, own, now = ARGV[1], ARGV[2], ARGV[3]
local due_now = stamp(now)
local i = 3
local function args(n)
  local first = i + 1
  i = i + n
  return unpack(ARGV, first, i)
end

local verdict, written = {}, {}
-- What is written at the end, for all commits together: session keys and values; the others by place.
local sessions, emptied, done, done_at, again, armed, cancelled, talkers, words_of, mail = {}, {}, {}, {}, {}, {}, {}, {}, {}, {}
local accounts = {}

local function ready_again(p, contact, k)
  if verdict[k] ~= '2' then
    verdict[k] = '2'
    add(again, p, contact)
  end
end

-- Handled events go. What came meanwhile makes the contact ready again.
local function drop(p, contact, controls, events, k)
  if controls > 0 then call('LTRIM', p .. CONTROL .. contact, controls, '-1') end
  local inbox = p .. INBOX .. contact
  if call('LLEN', inbox) > events then
    if events > 0 then call('LTRIM', inbox, events, '-1') end
    ready_again(p, contact, k)
  elseif events > 0 then
    emptied[#emptied + 1] = inbox
  end
end

local function write_lanes(p, lanes)
  for _ = 1, lanes do
    local account, lane, rows = args(3)
    if call('RPUSH', p .. OUTBOX .. account .. ' ' .. lane, args(rows)) == tonumber(rows) then
      if not mail[account] then
        mail[account] = {}
        accounts[#accounts + 1] = account
      end
      add(mail[account], p, due_now .. lane)
    end
  end
end

-- Lines said go behind those of the same hour: a hash for all contacts, so that nothing is left of anybody.
local LONG = 4096
local function latest(words) -- of what was said in an hour by somebody who says much
  local ends, at = {}, 1
  while at < #words do
    at = at + 2 + struct.unpack('>I2', words, at)
    ends[#ends + 1] = at
  end
  return #ends > RECENT_LINES and string.sub(words, ends[#ends - RECENT_LINES]) or words
end

local function remember(p, contacts, words)
  local key = p .. RECENT .. math.floor(now / 3600000)
  local before = call('HMGET', key, unpack(contacts))
  local fields = {}
  for k, contact in ipairs(contacts) do
    local line = before[k] and before[k] .. words[k] or words[k]
    fields[2 * k - 1] = contact
    fields[2 * k] = #line > LONG and latest(line) or line
  end
  call('HSET', key, unpack(fields))
  call('EXPIRE', key, (RECENT_HOURS + 1) * 3600)
end

local function write_journal(p, contact, lines)
  local left = 2 * lines
  while left > 0 do
    local some = math.min(left, PIECE)
    call('XADD', p .. JOURNAL, '*', 'c', contact, args(some))
    left = left - some
  end
end

local count = '>' .. string.rep('I4', 9)
local commits, keys = {}, {}
while i < #ARGV do
  local p, contact = ARGV[i + 1], ARGV[i + 2]
  commits[#commits + 1] = i
  keys[#keys + 1] = p .. SESSION .. contact
  i = i + 6 + select(9, struct.unpack(count, ARGV[i + 6]))
end
local stored = fetch(keys)

for k, start in ipairs(commits) do
  i = start
  local p, contact, session, expected, words, numbers = args(6)
  if written[keys[k]] or string.sub(stored[k] or '', 1, 8) ~= expected then
    verdict[k] = '0'
  else
    written[keys[k]] = true
    verdict[k] = '1'
    sessions[#sessions + 1] = keys[k]
    sessions[#sessions + 1] = session
    add(done, p, contact)
    add(done_at, p, k)
    local controls, events, lanes, arm, cancel, lines, letters, back = struct.unpack(count, numbers)
    if back > 0 then call('RPUSH', p .. INBOX .. contact, args(back)) end
    drop(p, contact, controls, events, k)
    write_lanes(p, lanes)
    if arm > 0 then add(armed, p, args(2 * arm)) end
    if cancel > 0 then add(cancelled, p, args(cancel)) end
    write_journal(p, contact, lines)
    for _ = 1, letters do bury(p, args(5)) end
    if words ~= '' then
      add(talkers, p, contact)
      add(words_of, p, words)
    end
  end
end

bulk(sessions, 'MSET')
bulk(emptied, 'DEL')
for p, contacts in pairs(done) do
  bulk(contacts, 'HDEL', p .. CLAIMED)
  local controls = {}
  for k, contact in ipairs(contacts) do controls[k] = p .. CONTROL .. contact end
  if call('EXISTS', unpack(controls)) > 0 then -- seldom
    for k, contact in ipairs(contacts) do
      if call('EXISTS', controls[k]) == 1 then ready_again(p, contact, done_at[p][k]) end
    end
  end
end
for p, timers in pairs(armed) do bulk(timers, 'ZADD', p .. TIMERS) end
for p, timers in pairs(cancelled) do bulk(timers, 'ZREM', p .. TIMERS) end
for p, contacts in pairs(talkers) do remember(p, contacts, words_of[p]) end
for account, places in pairs(mail) do
  for p, lanes in pairs(places) do
    bulk(lanes, 'RPUSH', p .. DUE .. account)
    call('SADD', p .. ACCOUNTS, account)
  end
end
if make_ready(again) then accounts[#accounts + 1] = '' end
if #accounts > 0 then tell(WAKE, origin, own, accounts) end
return table.concat(verdict)
