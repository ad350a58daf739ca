// The server from which porthole grew: Node's `net` module sends one file on every
// connection and closes it. Usage: node tutorial.js FILE PORT
'use strict';

const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');

const [file, port] = process.argv.slice(2);

const server = net.createServer((socket) => {
  socket.on('error', () => socket.destroy());
  socket.once('data', () => {
    fs.stat(file, (error, stats) => {
      if (error) {
        socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
        return;
      }
      socket.write(
        'HTTP/1.1 200 OK\r\n' +
          `Content-Length: ${stats.size}\r\n` +
          'Content-Type: video/mp4\r\n' +
          `Content-Disposition: attachment; filename="${path.basename(file)}"\r\n` +
          'Connection: close\r\n\r\n',
      );
      const content = fs.createReadStream(file);
      content.on('error', () => socket.destroy());
      // `pipe` does not close its source when the client goes away.
      socket.on('close', () => content.destroy());
      content.pipe(socket);
    });
  });
});

server.listen(Number(port), '127.0.0.1');
