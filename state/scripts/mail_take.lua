-- Lease the heads of lanes that are due, the one due longest first.
-- ARGV: account, now ms, lease ms, how many, how many to look at in one partition, interval of one message to one person
--   in ms (0 = no limit), burst; then the places to look at
-- Returns {when the next is due in ms or '', {lane, tries, due in ms, row}, …}.
local account, now, lease_ms = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local limit, quota = tonumber(ARGV[4]), tonumber(ARGV[5])
local interval, burst = tonumber(ARGV[6]), tonumber(ARGV[7])

local next_due
local function not_before(due)
  if not next_due or due < next_due then next_due = due end
end

local pause = tonumber(call('GET', ARGV[8] .. PAUSE .. account) or 0)
if pause > now then
  return {string.format('%.0f', pause)}
end

-- Due lanes of one partition from the `skip`th on; true if there may be more.
local due_lanes = {}
local function look(p, skip, count)
  local found = call('ZRANGE', p .. MAIL .. account, skip, skip + count - 1, 'WITHSCORES')
  for i = 1, #found, 2 do
    local score = tonumber(found[i + 1])
    if due_of(score) > now then
      not_before(due_of(score))
      return false
    end
    due_lanes[#due_lanes + 1] = {p, found[i], score}
  end
  return #found == 2 * count
end

local more = {}
for i = 8, #ARGV do
  if look(ARGV[i], 0, quota) then more[#more + 1] = ARGV[i] end
end
for _, p in ipairs(more) do
  if #due_lanes >= limit or look(p, quota, limit) then not_before(now) end
end
if #due_lanes > limit then
  table.sort(due_lanes, function(a, b) return a[3] < b[3] end)
  not_before(now)
end

-- The heads of the lanes, their contacts' sessions, and where there is a pace, when each person's bucket is full again.
local count = math.min(limit, #due_lanes)
local rows, sessions, paces = {}, {}, {}
for i = 1, count do
  local p, lane = due_lanes[i][1], due_lanes[i][2]
  rows[i] = call('LINDEX', p .. OUTBOX .. account .. ' ' .. lane, 0)
  sessions[i] = p .. SESSION .. (rows[i] and contact_of(rows[i]) or '')
  if interval > 0 then paces[i] = p .. PACE .. account .. ' ' .. lane end
end
local stored, full_at = fetch(sessions), fetch(paces)

-- The first row that may still be said, and whether it was the first at all: rows that an operator overtook go.
local function head(i)
  local p, lane = due_lanes[i][1], due_lanes[i][2]
  local row, first = rows[i], true
  while row and overtaken(row, stored[i]) do
    call('LPOP', p .. OUTBOX .. account .. ' ' .. lane)
    journal_drop(p, row, lane, now, 'taken over')
    row, first = call('LINDEX', p .. OUTBOX .. account .. ' ' .. lane, 0), false
  end
  return row, first
end

-- A token bucket, kept as the time when it is full again (GCRA). Returns when the person may be written to, or nothing: now.
local function paced(i)
  if interval == 0 then return end
  local full = math.max(now, tonumber(full_at[i] or 0))
  local allowed = math.ceil(full - interval * (burst - 1))
  if allowed > now then return allowed end
  full = full + interval
  call('SET', paces[i], string.format('%.0f', full), 'PX', string.format('%.0f', full - now + 1))
end

local out = {''}
local leased, empty, leases_ends = {}, {}, {}
for i = 1, count do
  local p, lane, score = due_lanes[i][1], due_lanes[i][2], due_lanes[i][3]
  local row, first = head(i)
  local leases = first and leases_of(score) or 0
  local wait = row and paced(i)
  if not row then
    add(empty, p, lane)
  elseif wait then
    add(leased, p, score_of(wait, leases), lane)
    not_before(wait)
  else
    leases_ends[leases] = leases_ends[leases] or score_of(now + lease_ms, leases + 1)
    add(leased, p, leases_ends[leases], lane)
    out[#out + 1] = {lane, struct.unpack('>I2', row, 18) + leases, due_of(score), row}
    not_before(now + lease_ms)
  end
end
for p, lanes in pairs(empty) do bulk(lanes, 'ZREM', p .. MAIL .. account) end
for p, members in pairs(leased) do bulk(members, 'ZADD', p .. MAIL .. account) end
if next_due then out[1] = string.format('%.0f', next_due) end
return out
