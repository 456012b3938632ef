import type { Route } from './route.ts'

/**
 * Text of `/embed.js`: plain ES2019 that runs on pages of others, so it brings nothing along and leaves nothing behind
 * but one custom element.
 */
const embedScript = `(function () {
  'use strict'
  if (!('customElements' in window) || customElements.get('hub-widget')) return

  var TALLEST = 20000

  class HubWidget extends HTMLElement {
    static get observedAttributes() {
      return ['src', 'theme', 'height', 'title']
    }

    constructor() {
      super()
      this.onmessage = this.onmessage.bind(this)
    }

    connectedCallback() {
      window.addEventListener('message', this.onmessage)
      this.render()
    }

    disconnectedCallback() {
      window.removeEventListener('message', this.onmessage)
      if (this.frame) this.frame.remove()
      this.frame = null
    }

    attributeChangedCallback(name, before, after) {
      if (this.isConnected && before !== after) this.render()
    }

    address() {
      try {
        var url = new URL(this.getAttribute('src') || '', document.baseURI)
        if (url.protocol !== 'https:' && url.protocol !== 'http:') return null
        var theme = this.getAttribute('theme')
        if (theme) url.searchParams.set('theme', theme)
        return url
      } catch (error) {
        return null
      }
    }

    render() {
      var url = this.address()
      if (!url) {
        if (this.frame) this.frame.remove()
        this.frame = null
        return
      }
      this.origin = url.origin
      var frame = this.frame
      if (!frame) {
        frame = document.createElement('iframe')
        frame.loading = 'lazy'
        frame.referrerPolicy = 'strict-origin-when-cross-origin'
        frame.style.cssText = 'display:block;width:100%;border:0;color-scheme:normal'
        frame.style.height = '160px'
      }
      frame.title = this.getAttribute('title') || 'Hub widget'
      var fixed = parseInt(this.getAttribute('height') || '', 10)
      this.fixed = fixed > 0
      if (this.fixed) frame.style.height = Math.min(fixed, TALLEST) + 'px'
      else if (this.content) frame.style.height = this.content + 'px'
      if (frame.getAttribute('src') !== url.href) frame.src = url.href
      if (!this.frame) {
        this.frame = frame
        if (!this.style.display) this.style.display = 'block'
        this.appendChild(frame)
      }
    }

    onmessage(event) {
      if (!this.frame || event.source !== this.frame.contentWindow || event.origin !== this.origin) return
      var data = event.data
      if (!data || data.type !== 'hubs:height' || typeof data.height !== 'number') return
      if (!(data.height > 0)) return
      this.content = Math.min(Math.ceil(data.height), TALLEST)
      if (!this.fixed) this.frame.style.height = this.content + 'px'
    }
  }

  customElements.define('hub-widget', HubWidget)
})()
`

/** `/embed.js`. Pages of any origin may load it, also those that refuse what does not say so. */
export const embedScriptRoute: Route = {
  method: 'GET',
  path: '/embed.js',
  handle: async () => ({
    status: 200,
    headers: {
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=300',
      'cross-origin-resource-policy': 'cross-origin',
      'access-control-allow-origin': '*',
    },
    body: embedScript,
  }),
}
