// The browser, and a visit of the server with what no page may do.
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium } from 'playwright-core'

// No sandbox, because containers forbid it. Videos play without a click.
const FLAGS = ['--no-sandbox', '--disable-dev-shm-usage', '--no-proxy-server', '--mute-audio',
  '--autoplay-policy=no-user-gesture-required']

// Longest wait for anything on a busy machine.
const PATIENCE = 20_000

export function launch() {
  const programs = process.env.PATH.split(delimiter).map(folder => join(folder, 'chromium'))
  return chromium.launch({ executablePath: programs.find(existsSync), args: FLAGS })
}

// Runs a test with a page of its own. The test fails if a page threw an error, ran what a name
// holds, did what the content security policy forbids, or asked another server for anything.
export async function visit(browser, address, options, run) {
  const context = await browser.newContext({
    baseURL: address, viewport: { width: 1440, height: 900 }, timezoneId: 'Europe/Oslo',
    locale: 'en-GB', ...options
  })
  const wrongs = new Set()
  const requests = []
  const { origin } = new URL(address)
  context.on('request', request => {
    requests.push(request.url())
    if (!request.url().startsWith(origin + '/')) wrongs.add('asked for ' + request.url())
  })
  context.on('weberror', weberror => wrongs.add(String(weberror.error())))
  // Violations of the policy are said here; a response of 4xx too, which is no error of a page.
  context.on('console', message => {
    const isResponse = message.text().startsWith('Failed to load resource')
    if (message.type() === 'error' && !isResponse) wrongs.add(message.text())
  })
  context.on('dialog', dialog => wrongs.add('opened a dialog: ' + dialog.message()))
  await context.exposeFunction('fail', (...what) => wrongs.add('ran a name: ' + what))
  context.setDefaultTimeout(PATIENCE)
  try {
    const page = await context.newPage()
    await run({ page, context, address, origin, requests })
    if (wrongs.size) throw new Error('the page did what no page may do')
  } catch (error) {
    error.stack += [...wrongs].map(wrong => '\nand ' + wrong).join('')
    throw error
  } finally {
    await context.close()
  }
}
