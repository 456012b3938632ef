import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { answers } from '#testing/servers/answers.ts'
import { nchanModule, wanted } from '#testing/servers/locate.ts'
import type { ServerKind } from '#testing/servers/server.ts'
import { startServer } from '#testing/servers/start-server.ts'
import { BROADCAST_DATA } from './broadcast-frame.ts'
import type { Broadcaster } from './broadcaster.ts'
import { childrenOf, listenerOn, usageOf } from './processes.ts'

const nchan: ServerKind = {
  name: 'nchan',
  wanted: wanted.nchan,
  port: 80,
  containerArgs: [],
  // SIGKILL would orphan the worker.
  killSignal: 'SIGTERM',
  url: (port) => `http://127.0.0.1:${port}`,
  command(port, folder) {
    // nginx takes its port from its configuration alone.
    const file = join(folder, 'nginx.conf')
    writeFileSync(file, configuration(port))
    return ['-p', folder, '-c', file, '-e', 'error.log']
  },
  answers: (port) => answers(port, 'GET /nothing HTTP/1.0\r\n\r\n', 'HTTP/1.1 404'),
}

/**
 * One worker, as ours is one process; messages are kept, as they are for whoever resumes. The worker runs as whoever
 * runs the benchmark: the folder is theirs.
 */
const configuration = (port: number) => `
load_module ${nchanModule};
daemon off;
pid nginx.pid;
user root;
worker_processes 1;
worker_rlimit_nofile 12000;
events { worker_connections 12000; }
http {
  access_log off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  nchan_shared_memory_size 256m;
  server {
    listen 127.0.0.1:${port} backlog=8192;
    location = /send { nchan_publisher; nchan_channel_id hub; }
    location = /stream { nchan_subscriber eventsource; nchan_subscriber_first_message newest; nchan_channel_id hub; }
    location / { return 404; }
  }
}
`

/** @throws with one line that says what is missing, where it cannot be had. */
export async function openNchan(): Promise<Broadcaster> {
  const server = await startServer(nchan)
  const worker = childrenOf(listenerOn(server.port) ?? 0)[0]
  if (worker === undefined) throw new Error('nginx has no worker on this machine.')
  return {
    streamUrl: `${server.url}/stream`,
    pid: worker,
    async broadcast() {
      const headers = { 'X-EventSource-Event': 'widget' }
      const sent = await fetch(`${server.url}/send`, { method: 'POST', headers, body: BROADCAST_DATA })
      if (!sent.ok) throw new Error(`nchan answered ${sent.status}.`)
    },
    usage: async () => ({ ...usageOf(worker), heap: 0 }),
    stop: () => server.stop(),
  }
}
