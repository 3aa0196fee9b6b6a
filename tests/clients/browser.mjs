// What a person does between an app and the server, for clients that run without a browser.

/** A browser as far as forms, cookies and redirections go. */
export class Browser {
  #cookies = new Map()

  async #send(url, init = {}) {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { accept: 'text/html', ...init.headers, ...(cookie && { cookie }) }
    const answer = await fetch(url, { ...init, headers, redirect: 'manual' })
    for (const line of answer.headers.getSetCookie()) {
      const [name, value] = line.split(';')[0].split(/=(.*)/s)
      if (line.includes('Max-Age=0')) this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
    return answer
  }

  /** Follows redirections until a page, or until one leads to `stop`. */
  async go(url, stop, init) {
    for (let hops = 0; hops < 10; hops++) {
      const answer = await this.#send(url, init)
      init = undefined
      const to = answer.headers.get('location')
      if (!to) return { url, status: answer.status, html: await answer.text() }
      url = new URL(to, url)
      if (stop && url.href.startsWith(stop)) return { url }
    }
    throw new Error('too many redirections')
  }

  /** Sends the form of a page with what stands in it, and `more`. */
  async submit(page, more, stop) {
    const action = new URL(/<form method="post" action="([^"]*)"/.exec(page.html)[1], page.url)
    const body = new URLSearchParams()
    for (const [tag] of page.html.matchAll(/<input [^>]*>/g)) {
      const attribute = (name) => new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]
      const kind = attribute('type')
      const isSent = kind === 'hidden' || (kind === 'checkbox' && / checked/.test(tag))
      if (isSent) body.append(attribute('name'), attribute('value').replaceAll('&#38;', '&'))
    }
    for (const [name, value] of Object.entries(more)) body.set(name, value)
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'sec-fetch-site': 'same-origin',
    }
    return this.go(action, stop, { method: 'POST', headers, body: body.toString() })
  }
}
