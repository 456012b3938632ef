import { FEED_LIMIT, INLINE_LIMIT } from '../cache.ts'

/**
 * One key's hash as a Lua table, and the rules over it that the scripts share. Absent texts are '', absent numbers 0.
 * What belongs to an older epoch is forgotten on reading: version, announcement, lease. Its data is kept, never fresh.
 */
export const entry = `
local week = 7 * 24 * 3600 * 1000

local numbers = {
  'required', 'built', 'offset', 'dataOffset', 'loadedAt', 'checkedAt', 'dueAt', 'errorAt', 'failures', 'retryAt',
  'leaseUntil', 'leaseGeneration', 'startedAt', 'minInterval', 'watchedUntil',
}
local texts = {
  'builtIn', 'hash', 'empty', 'offsetIn', 'announced', 'error', 'causes', 'leaseCauses', 'dataCauses', 'token',
  'leaseIn', 'wanted', 'loads',
}
local fields = {}
for _, name in ipairs(numbers) do fields[#fields + 1] = name end
for _, name in ipairs(texts) do fields[#fields + 1] = name end

local function read(key)
  local e = { key = key, at = prefix .. 'entry:' .. key }
  local values = redis.call('HMGET', e.at, unpack(fields))
  for n = 1, #numbers do e[fields[n]] = tonumber(values[n] or 0) end
  for n = #numbers + 1, #fields do e[fields[n]] = values[n] or '' end
  if e.offsetIn ~= epoch then e.offset, e.dataOffset, e.announced = 0, 0, '' end
  if e.leaseIn ~= epoch then e.token = '' end
  return e
end

local function save(e, ...)
  local values = {}
  for _, name in ipairs({ ... }) do
    values[#values + 1] = name
    values[#values + 1] = e[name]
  end
  redis.call('HSET', e.at, unpack(values))
  redis.call('PEXPIRE', e.at, week)
end

local function fresh(e)
  return e.hash ~= '' and e.builtIn == epoch and e.built == e.required and now < e.dueAt
end

local function watched(e) return e.watchedUntil > now end

local function leased(e) return e.token ~= '' and e.leaseUntil > now end

-- The next load keeps its distance from the start of the last and from a failure.
local function earliest(e) return math.max(now, e.startedAt + e.minInterval, e.retryAt) end

local function building(e)
  return leased(e) or (not fresh(e) and (watched(e) or e.wanted ~= '') and e.retryAt <= now)
end

local function nextDue(e)
  if leased(e) then return e.leaseUntil end
  if fresh(e) then return e.dueAt end
  return earliest(e)
end

local function settle(e)
  if leased(e) or watched(e) or e.wanted ~= '' then
    redis.call('ZADD', dirty, nextDue(e), e.key)
  else
    redis.call('ZREM', dirty, e.key)
  end
end

-- Never postpones, so that a waiting key keeps its age; says whether the key is due now.
local function hasten(e)
  local at = nextDue(e)
  redis.call('ZADD', dirty, 'LT', at, e.key)
  return at <= now
end

local function announceLate(e)
  if watched(e) and building(e) and e.announced == '' then redis.call('ZADD', late, 'NX', now + 300, e.key) end
end

local function remember(causes, cause)
  if cause == '' or string.find('\\n' .. causes .. '\\n', '\\n' .. cause .. '\\n', 1, true) then return causes end
  if causes == '' then return cause end
  local joined = causes .. '\\n' .. cause
  local _, breaks = string.gsub(joined, '\\n', '')
  if breaks < 10 then return joined end
  return string.sub(joined, string.find(joined, '\\n', 1, true) + 1)
end

local function rememberAll(causes, more)
  for cause in string.gmatch(more, '[^\\n]+') do causes = remember(causes, cause) end
  return causes
end

local function log(e, outcome)
  local loads, count = string.format('%.0f %.0f %s', e.startedAt, now, outcome), 1
  for load in string.gmatch(e.loads, '[^\\n]+') do
    if count < 10 then loads = loads .. '\\n' .. load end
    count = count + 1
  end
  e.loads = loads
end

local function view(e, data, loads)
  return {
    'key', e.key, 'offset', e.offset, 'dataOffset', e.dataOffset, 'data', data or '',
    'hasData', e.hash ~= '' and 1 or 0, 'empty', e.empty, 'fresh', fresh(e) and 1 or 0,
    'building', building(e) and 1 or 0, 'loadedAt', e.loadedAt, 'checkedAt', e.checkedAt, 'dueAt', e.dueAt,
    'error', e.error, 'errorAt', e.errorAt, 'cause', e.dataCauses, 'required', e.required, 'built', e.built,
    'loads', loads,
  }
end

-- Appends the state to the feed, which takes the next offset: the key's version from now on.
local versioned = { 'offset', 'dataOffset', 'offsetIn', 'announced' }
local function announce(e, data)
  e.offset, e.offsetIn = redis.call('HINCRBY', meta, 'top', 1), epoch
  if data then e.dataOffset = e.offset end
  e.announced = building(e) and 1 or ''
  if data and #data > ${INLINE_LIMIT} then data = '' end
  redis.call('XADD', feed, 'MAXLEN', '~', ${FEED_LIMIT}, string.format('%.0f-0', e.offset),
    'changed', e.dataOffset == e.offset and 1 or 0, unpack(view(e, data, '')))
end
`
