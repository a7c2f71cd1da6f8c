-- An identity becomes a contact's: the first one's, or the last one's who proved it.
-- ARGV: place, identity, contact ('' = look only), '1' = proven
-- Returns {the contact whose it is or '', events that wait for it}.
local p, identity, contact = ARGV[1], ARGV[2], ARGV[3]
local key = p .. IDENTITY .. identity
local owner, proven = string.match(call('GET', key) or '', '^(%S+) (%d)$')
if contact ~= '' and (not owner or ARGV[4] == '1' or (owner == contact and proven == '0')) then
  call('SET', key, contact .. ' ' .. ARGV[4])
  owner = contact
end
return {owner or '', call('LRANGE', p .. WAITING .. identity, 0, -1)}
