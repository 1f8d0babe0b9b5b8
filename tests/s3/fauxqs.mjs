// The S3 server fauxqs on 127.0.0.1, at the port that is given; it checks no signatures. Its own
// program would listen on all addresses.
import { pathToFileURL } from 'node:url'

const [folder, port] = process.argv.slice(2)
const module = pathToFileURL(`${folder}/node_modules/fauxqs/dist/app.js`)
const { buildApp } = await import(module)
const app = buildApp({ logger: false, host: '127.0.0.1' })
await app.listen({ port: Number(port), host: '127.0.0.1' })
