// Browsers start no workers for pages opened from disk. There, this runs a worker's script in a hidden frame instead.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(url) {
      super()
      this.waiting = []
      const frame = document.createElement("iframe")
      frame.hidden = true
      document.body.append(frame)
      const inner = frame.contentWindow
      inner.postMessage = data => {
        const event = new MessageEvent("message", { data })
        this.dispatchEvent(event)
        if (this.onmessage) this.onmessage(event)
      }
      inner.importScripts = (...urls) => urls
        .map(one => new URL(one, url).href)
        .reduce((before, one) => before.then(() => load(inner.document, one)), Promise.resolve())
      this.tell = data => inner.dispatchEvent(new inner.MessageEvent("message", { data }))
      load(inner.document, url).then(() => {
        const waiting = this.waiting
        this.waiting = null
        waiting.forEach(this.tell)
      })
    }
    postMessage(data) {
      if (this.waiting) this.waiting.push(data)
      else this.tell(data)
    }
    terminate() {}
  }
  const load = (page, url) => new Promise((done, fail) => {
    const script = page.createElement("script")
    Object.assign(script, { src: String(url), onload: done, onerror: fail })
    page.body.append(script)
  })
}
