/**
 * A lease that ran out leaves its causes to the next. Gives how many in a row ran out with nobody to end them, 0 when
 * the last did not. To be saved and scheduled afterwards.
 */
export const grant = `
local function grant(e, token, ttl, minInterval)
  local lost = 0
  if e.token ~= '' then
    e.lost = e.lost + 1
    lost = e.lost
  end
  e.token, e.leaseIn, e.leaseUntil, e.leaseGeneration = token, epoch, now + ttl, e.required
  e.startedAt, e.minInterval = now, tonumber(minInterval)
  e.leaseCauses, e.causes = rememberAll(e.leaseCauses, e.causes), ''
  return lost
end
`

/**
 * ACQUIRE(key, token, ttl, minInterval, ...): now, then for each key its outcome, the hash of what it has, failures,
 * whether nothing but its due time made it stale, and leases lost.
 */
export const acquire = `
${grant}
local function acquire(key, token, ttl, minInterval)
  local e = read(key)
  local outcome, lost = 'granted', 0
  if fresh(e) then outcome = 'fresh'
  elseif leased(e) then outcome = 'busy'
  elseif not watched(e) and e.wanted == '' then outcome = 'idle'
  elseif earliest(e) > now then outcome = 'busy'
  end
  if outcome == 'granted' then
    lost = grant(e, token, ttl, minInterval)
    save(e)
    announceLate(e)
  end
  schedule(e)
  return outcome, e.hash, e.failures, current(e) and 1 or 0, lost
end

local reply = { now }
for n = 2, #ARGV, 4 do
  local at = #reply
  reply[at + 1], reply[at + 2], reply[at + 3], reply[at + 4], reply[at + 5] = acquire(ARGV[n], ARGV[n + 1], ARGV[n + 2], ARGV[n + 3])
end
return reply
`

/** The entry of the key if the token holds its lease: one that ran out but that nobody took is still held. */
const held = `
local function held(key, token)
  local e = read(key)
  return e.token ~= '' and e.token == token and e
end
`

/** EXTEND(key, token, ttl) */
export const extend = `
${held}
local e = held(ARGV[2], ARGV[3])
if not e then return 'lost' end
e.leaseUntil = now + ARGV[4]
save(e)
schedule(e)
return 'held'
`

/** RELEASE(key, token): the load did not happen, so it keeps no distance. */
export const release = `
${held}
local e = held(ARGV[2], ARGV[3])
if not e then return 'lost' end
e.token, e.startedAt, e.retryAt = '', 0, 0
e.causes, e.leaseCauses = rememberAll(e.leaseCauses, e.causes), ''
save(e)
schedule(e)
redis.call('PUBLISH', prefix .. 'wake', '')
return 'held'
`

/** COMMIT(key, token, data, hash, empty, dueAt, notes, ...): stamps the generation seen when the load began. */
export const commit = `
${held}
local function commit(key, token, data, hash, empty, dueAt, notes)
  local e = held(key, token)
  if not e then return 'lost' end
  local changed = e.hash ~= hash
  if changed then e.hash, e.empty, e.loadedAt, e.dataCauses = hash, empty, e.startedAt, e.leaseCauses end
  e.built, e.builtIn, e.checkedAt, e.dueAt = e.leaseGeneration, epoch, e.startedAt, tonumber(dueAt)
  e.error, e.errorAt, e.failures, e.retryAt, e.wanted, e.token, e.leaseCauses = '', 0, 0, 0, '', '', ''
  e.lost, e.aside = 0, 0
  local field, load = record(e, changed and 'changed' or 'confirmed', notes)
  announce(e, changed and data)
  if changed then save(e, field, load, 'data', data) else save(e, field, load) end
  keep(e)
  schedule(e)
  if e.built ~= e.required and watched(e) then press(e) end
  redis.call('ZREM', late, e.key)
  return fresh(e) and 'fresh' or 'stale'
end

local reply = {}
for n = 2, #ARGV, 7 do
  reply[#reply + 1] = commit(ARGV[n], ARGV[n + 1], ARGV[n + 2], ARGV[n + 3], ARGV[n + 4], ARGV[n + 5], ARGV[n + 6])
end
return reply
`

/**
 * FAIL(key, token, error, retryIn, aside): the generation built stays, so an event during the load is not lost. One that
 * is set aside keeps the count of its lost leases.
 */
export const fail = `
${held}
local e = held(ARGV[2], ARGV[3])
if not e then return 'lost' end
e.error, e.errorAt, e.retryAt, e.failures = ARGV[4], now, now + ARGV[5], e.failures + 1
e.wanted, e.token, e.causes, e.leaseCauses = '', '', rememberAll(e.leaseCauses, e.causes), ''
e.aside = ARGV[6] == '1' and e.retryAt or 0
if e.aside == 0 then e.lost = 0 end
local field, load = record(e, 'failed')
announce(e)
save(e, field, load)
schedule(e)
redis.call('ZREM', late, e.key)
return 'held'
`
