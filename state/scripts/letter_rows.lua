-- A letter that holds something to be sent goes back into outboxes, behind what waits there, and is a letter no more.
-- The session's version rises, so that a worker that holds the contact cannot give the rows' numbers out again.
-- ARGV: origin (the process, for the wake-up), how many listeners are its own, place, entry id, contact, now in ms; then for each row: account, lane, 'b'ot or 'o'perator, blob
-- Returns 1, or 0 if there is no such letter or no such contact (any more).
local p, id, contact = ARGV[3], ARGV[4], ARGV[5]
local session = p .. SESSION .. contact
local header = call('GETRANGE', session, 0, 23)
if #header < 24 or #call('XRANGE', p .. DEAD, id, id) == 0 then return 0 end
local version, epoch, rows = struct.unpack('>I8I8I8', header)
local accounts = {}
for i = 7, #ARGV, 4 do
  local account, lane = ARGV[i], ARGV[i + 1]
  rows = rows + 1
  local head = struct.pack('>I8I8c1I2B', rows, epoch, ARGV[i + 2], 0, #contact)
  if call('RPUSH', p .. OUTBOX .. account .. ' ' .. lane, head .. contact .. ARGV[i + 3]) == 1 then
    call('RPUSH', p .. DUE .. account, stamp(ARGV[6]) .. lane)
    call('SADD', p .. ACCOUNTS, account)
  end
  accounts[#accounts + 1] = account
end
call('SETRANGE', session, 0, struct.pack('>I8I8I8', version + 1, epoch, rows))
call('XDEL', p .. DEAD, id)
tell(WAKE, ARGV[1], ARGV[2], accounts)
return 1
