// `node bench/burst_server.mjs {original} {folder}` prints its port: /{width}/{name}.{format} is the
// original in that width, by sharp with its defaults, and stored under that name.

import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';

import sharp from 'sharp';

const [original, folder] = process.argv.slice(2);

const server = createServer(async (request, response) => {
  const [, width, name] = request.url.split('/');
  const format = name.split('.').pop();
  const made = await sharp(original).rotate().resize(Number(width)).toFormat(format).toBuffer();
  await writeFile(`${folder}/${name}`, made);
  response.writeHead(200, { 'content-type': `image/${format}`, connection: 'close' }).end(made);
});
server.listen({ host: '127.0.0.1', port: 0, backlog: 1024 }, () => console.log(server.address().port));
