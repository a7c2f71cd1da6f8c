-- Shared by all scripts. A key is the partition's place ("tn:{3}:", in variables named p), a kind of state/keys.py and,
-- where the kind ends in a colon, what it belongs to.
-- Invariant: a contact's inbox or control list holds something <=> it has exactly one entry in READY.
local call = redis.call

local function put(p, contact, list, other, blob)
  if call('RPUSH', p .. list .. contact, blob) == 1 and call('EXISTS', p .. other .. contact) == 0 then
    call('XADD', p .. READY, '*', 'c', contact)
  end
end

-- A contact was handled: it is ready again if something still waits. (The caller takes the old entry away.)
local function ready_again(p, contact)
  if call('EXISTS', p .. INBOX .. contact, p .. CONTROL .. contact) > 0 then
    call('XADD', p .. READY, '*', 'c', contact)
  end
end

-- A claimed contact with what waits for it; nothing if nothing does (then the entry goes).
local function load(out, p, contact, id, tries, depth)
  local control = call('LRANGE', p .. CONTROL .. contact, 0, depth - 1)
  local events = call('LRANGE', p .. INBOX .. contact, 0, depth - 1)
  if #control == 0 and #events == 0 then
    call('XACK', p .. READY, GROUP, id)
    call('XDEL', p .. READY, id)
  else
    out[#out + 1] = {contact, id, tries, call('GET', p .. SESSION .. contact), control, events}
  end
end

local function bury(p, where, cause, blob, contact, seconds)
  call('XADD', p .. DEAD, '*', 'where', where, 'cause', cause, 'blob', blob, 'contact', contact, 'at', seconds)
end

-- A row of an outbox: number (8 bytes), epoch (8), 'b'ot or 'o'perator (1), tries (2), length of contact (1), contact, blob.
local function of_the_bot(row)
  return string.byte(row, 17) == 98
end

local function contact_of(row)
  return string.sub(row, 21, 20 + string.byte(row, 20))
end

-- Whether an operator has taken over since the bot's row was written. Epochs only rise, so unequal is older.
local function overtaken(p, row)
  return of_the_bot(row) and call('GETRANGE', p .. SESSION .. contact_of(row), 8, 15) ~= string.sub(row, 9, 16)
end

local function journal_drop(p, row, lane, now_ms, why)
  local line = {what = 'dropped', at = now_ms / 1000, lane = lane, row = struct.unpack('>I8', row), why = why}
  call('XADD', p .. JOURNAL, '*', 'c', contact_of(row), 'l', cmsgpack.pack(line))
end

-- A lane's score in MAIL is a whole number of ms, plus how often its head was leased, in LEASE: so a lease needs no key.
local LEASE = 1 / 2048
local MOST_LEASES = 2047

local function due_of(score)
  return math.floor(score)
end

local function leases_of(score)
  return (score - math.floor(score)) / LEASE
end

local function score_of(due, leases)
  return string.format('%.17g', due + math.min(leases, MOST_LEASES) * LEASE)
end

-- The lane's score, if `row`, its head, is held by who knows its number (8 bytes) and tries. Each lease raises the tries,
-- so the two name one lease and no other, however often it is renewed.
local function held(p, account, lane, row, number, tries)
  if string.sub(row, 1, 8) ~= number then return end
  local score = tonumber(call('ZSCORE', p .. MAIL .. account, lane) or 0)
  local leases = leases_of(score)
  if leases > 0 and struct.unpack('>I2', row, 18) + leases - 1 == tonumber(tries) then return score end
end

-- The lane's head is gone: the next row is due at `due`; without one the lane goes too.
local function advance(p, account, lane, due)
  if call('EXISTS', p .. OUTBOX .. account .. ' ' .. lane) == 1 then
    call('ZADD', p .. MAIL .. account, due, lane)
  else
    call('ZREM', p .. MAIL .. account, lane)
  end
end
