const wake = `
if woken then redis.call('PUBLISH', prefix .. 'wake', '') end
`

/** READ(want, key, ...): top, now, then of each key its view, its loads and its data. */
export const read = `
local reply, woken = { top, now }, false
for n = 3, #ARGV do
  local e = read(ARGV[n])
  if ARGV[2] == '1' and not fresh(e) then
    e.wanted = '1'
    save(e)
    keep(e)
    woken = hasten(e) or woken
  end
  reply[#reply + 1] = view(e)
  reply[#reply + 1] = loads(e)
  reply[#reply + 1] = e.hash ~= '' and redis.call('HGET', e.at, 'data') or ''
end
${wake}
return reply
`

/** INTEREST(ttl, key, ...): top, now, then of each key its view and whether its watch had lapsed. */
export const interest = `
local reply, woken = { top, now }, false
for n = 3, #ARGV do
  local e = read(ARGV[n])
  local lapsed = not watched(e)
  e.watchedUntil = math.max(e.watchedUntil, now + ARGV[2])
  save(e)
  keep(e)
  woken = hasten(e) or woken
  announceLate(e)
  reply[#reply + 1] = view(e)
  reply[#reply + 1] = lapsed and 1 or 0
end
${wake}
return reply
`
