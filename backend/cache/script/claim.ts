/** CLAIM(limit, visibility): ms until the next key is due (-1: none waits), then the claimed keys. */
export const claim = `
announceAllLate()
local reply = { -1 }
for _, key in ipairs(redis.call('ZRANGEBYSCORE', dirty, '-inf', now, 'LIMIT', 0, ARGV[2])) do
  redis.call('ZADD', dirty, now + ARGV[3], key)
  reply[#reply + 1] = key
end
for _, queue in ipairs({ dirty, late }) do
  local first = redis.call('ZRANGE', queue, 0, 0, 'WITHSCORES')[2]
  if first then
    local wait = math.max(0, first - now)
    if reply[1] < 0 or wait < reply[1] then reply[1] = wait end
  end
end
return reply
`
