-- Shared by all scripts; the key names come from state/keys.py.
-- Invariant: a contact's inbox or control list holds something <=> it has exactly one entry in READY.
local call = redis.call

local function put(p, contact, list, other, blob)
  if call('RPUSH', of(p, list, contact), blob) == 1 and call('EXISTS', of(p, other, contact)) == 0 then
    call('XADD', at(p, READY), '*', 'c', contact)
  end
end

-- Take the entry `id` away, and add a new one if something still waits.
local function release(p, contact, id)
  local ready = at(p, READY)
  call('XACK', ready, GROUP, id)
  call('XDEL', ready, id)
  if call('EXISTS', of(p, INBOX, contact), of(p, CONTROL, contact)) > 0 then
    call('XADD', ready, '*', 'c', contact)
  end
end

-- A claimed contact with what waits for it; nothing if nothing does (then the entry goes).
local function load(out, p, contact, id, tries, depth)
  local control = call('LRANGE', of(p, CONTROL, contact), 0, depth - 1)
  local events = call('LRANGE', of(p, INBOX, contact), 0, depth - 1)
  if #control == 0 and #events == 0 then
    release(p, contact, id)
  else
    out[#out + 1] = {contact, id, tries, call('GET', of(p, SESSION, contact)), control, events}
  end
end

local function bury(p, where, cause, blob, contact, seconds)
  call('XADD', at(p, DEAD), '*', 'where', where, 'cause', cause, 'blob', blob, 'contact', contact, 'at', seconds)
end

-- A row of an outbox: number (8 bytes), epoch (8), 'b'ot or 'o'perator (1), tries (2), length of contact (1), contact, blob.
local function contact_of(row)
  return string.sub(row, 21, 20 + string.byte(row, 20))
end

-- Whether an operator has taken over since the bot's row was written. Epochs only rise, so unequal is older.
local function stale(p, row)
  return string.byte(row, 17) == 98 and call('GETRANGE', of(p, SESSION, contact_of(row)), 8, 15) ~= string.sub(row, 9, 16)
end

local function journal_drop(p, row, lane, now_ms, why)
  local number = struct.unpack('>I8', row)
  local line = {what = 'dropped', at = now_ms / 1000, lane = lane, row = number, why = why}
  call('XADD', at(p, JOURNAL), '*', 'c', contact_of(row), 'l', cmsgpack.pack(line))
end

-- Whether `row`, the lane's head, is held by who knows its number (8 bytes) and tries. Each lease raises the tries,
-- so the two name one lease and no other, however often it is renewed.
local function held(p, account, lane, row, number, tries)
  if string.sub(row, 1, 8) ~= number then return false end
  local times = call('HGET', of(p, HELD, account), lane)
  return times and struct.unpack('>I2', row, 18) + times - 1 == tonumber(tries)
end

-- The lane's head is gone: the next row is due at `due`; without one the lane goes too.
local function advance(p, account, lane, due)
  call('HDEL', of(p, HELD, account), lane)
  if call('EXISTS', of(p, OUTBOX, account .. ' ' .. lane)) == 1 then
    call('ZADD', of(p, MAIL, account), due, lane)
  else
    call('ZREM', of(p, MAIL, account), lane)
  end
end
