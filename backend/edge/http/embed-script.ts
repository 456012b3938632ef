import type { Route } from './route.ts'

/**
 * Text of `/embed.js`: plain ES2019 without imports, since it runs on pages of others. All it leaves there is one custom
 * element.
 */
const embedScript = `(function () {
  'use strict'
  if (!('customElements' in window) || customElements.get('hub-widget')) return

  var TALLEST = 20000
  var AT_FIRST = 240
  var AT_MOST = 480
  // A frame that the browser does not show says nothing; one that is shown tells its height at once.
  var SILENT_FOR = 4000
  var FRAME = 'display:block;width:100%;border:0;'

  function schemeOf(text) {
    return text === 'dark' || text === 'light' ? text : null
  }

  // Any colour CSS knows, as red, green, blue and alpha from 0 to 255.
  var pen
  function channels(colour) {
    if (!pen) {
      var canvas = document.createElement('canvas')
      canvas.width = canvas.height = 1
      pen = canvas.getContext('2d', { willReadFrequently: true })
    }
    if (!pen) return [0, 0, 0, 0]
    pen.clearRect(0, 0, 1, 1)
    pen.fillStyle = colour
    pen.fillRect(0, 0, 1, 1)
    return pen.getImageData(0, 0, 1, 1).data
  }

  // What is behind an element decides: the nearest background that hides what is under it, else the page's own scheme.
  function schemeBehind(element) {
    for (var at = element; at; at = at.parentElement || (at.getRootNode && at.getRootNode().host)) {
      var c = channels(getComputedStyle(at).backgroundColor)
      if (c[3] > 127) return 0.299 * c[0] + 0.587 * c[1] + 0.114 * c[2] < 128 ? 'dark' : 'light'
    }
    var schemes = getComputedStyle(document.documentElement).colorScheme || 'normal'
    if (!/dark/.test(schemes)) return 'light'
    if (!/light/.test(schemes)) return 'dark'
    return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
  }

  function remembered(address) {
    try {
      return parseInt(localStorage.getItem('hub-widget ' + address) || '', 10)
    } catch (error) {
      return 0
    }
  }

  function remember(address, height) {
    try {
      localStorage.setItem('hub-widget ' + address, String(height))
    } catch (error) {}
  }

  class HubWidget extends HTMLElement {
    static get observedAttributes() {
      return ['src', 'theme', 'height', 'max-height', 'title']
    }

    constructor() {
      super()
      this.onmessage = this.onmessage.bind(this)
      this.onload = this.onload.bind(this)
      this.restyle = this.restyle.bind(this)
    }

    connectedCallback() {
      window.addEventListener('message', this.onmessage)
      this.dark = matchMedia('(prefers-color-scheme: dark)')
      this.dark.addEventListener('change', this.restyle)
      this.repainted = new MutationObserver(this.restyle)
      this.repainted.observe(document.documentElement, { attributes: true })
      this.repainted.observe(document.body, { attributes: true })
      this.render()
    }

    disconnectedCallback() {
      window.removeEventListener('message', this.onmessage)
      this.dark.removeEventListener('change', this.restyle)
      this.repainted.disconnect()
      this.clear()
    }

    attributeChangedCallback(name, before, after) {
      if (this.isConnected && before !== after) this.render()
    }

    address() {
      try {
        var url = new URL(this.getAttribute('src') || '', document.baseURI)
        return url.protocol === 'https:' || url.protocol === 'http:' ? url : null
      } catch (error) {
        return null
      }
    }

    clear() {
      clearTimeout(this.silence)
      this.speak(false)
      if (this.frame) this.frame.remove()
      this.frame = null
      this.shown = null
    }

    render() {
      var url = this.address()
      if (!url) return this.clear()
      this.origin = url.origin
      var frame = this.frame
      if (!frame) {
        frame = document.createElement('iframe')
        frame.loading = 'lazy'
        frame.referrerPolicy = 'strict-origin-when-cross-origin'
        frame.style.cssText = FRAME
        frame.addEventListener('load', this.onload)
      }
      frame.title = this.getAttribute('title') || 'Hub widget'
      var address = url.href
      if (this.shown !== address) {
        this.shown = address
        this.content = remembered(address) || 0
        this.told = this.scheme()
        url.searchParams.set('theme', this.told)
        clearTimeout(this.silence)
        this.speak(false)
        frame.style.colorScheme = this.told
        frame.src = url.href
      } else this.restyle()
      this.frame = frame
      this.resize()
      if (!frame.parentNode) {
        if (!this.style.display) this.style.display = 'block'
        this.appendChild(frame)
      }
    }

    scheme() {
      return schemeOf(this.getAttribute('theme')) || schemeBehind(this)
    }

    // A frame of another scheme than its page is drawn on an opaque ground, black or white, which shows at its corners.
    restyle() {
      if (!this.frame) return
      var scheme = this.scheme()
      if (scheme === this.told) return
      this.told = scheme
      this.frame.style.colorScheme = scheme
      this.tellTheme()
    }

    tellTheme() {
      if (this.frame.contentWindow) this.frame.contentWindow.postMessage({ type: 'hubs:theme', theme: this.told }, this.origin)
    }

    resize() {
      var fixed = parseInt(this.getAttribute('height') || '', 10)
      var most = this.getAttribute('max-height')
      var limit = most === 'none' ? TALLEST : parseInt(most || '', 10) > 0 ? parseInt(most, 10) : AT_MOST
      var height = fixed > 0 ? fixed : Math.min(this.content || AT_FIRST, limit)
      this.frame.style.height = Math.min(height, TALLEST) + 'px'
    }

    onload() {
      clearTimeout(this.silence)
      var element = this
      this.silence = setTimeout(function () {
        element.speak(true)
      }, SILENT_FOR)
    }

    // In the place of a frame the browser refuses to show: the element's own words. None takes them away.
    speak(refused) {
      if (!refused) {
        if (!this.words) return
        this.words.remove()
        this.words = null
        this.frame.style.position = this.frame.style.visibility = ''
        return
      }
      if (this.words || !this.frame) return
      var words = document.createElement('p')
      words.setAttribute('role', 'status')
      words.append(
        'This page may not show ' + (this.getAttribute('title') || 'this widget') + ': its hub must allow ',
        location.origin,
        ', or ',
        new URL(this.origin).host,
        ' cannot be reached. ',
      )
      var link = document.createElement('a')
      link.href = this.shown
      link.target = '_blank'
      link.rel = 'noopener'
      link.textContent = 'Open it in Hubs'
      words.append(link)
      this.words = words
      // Not taken out of the layout: it would have no height to tell, should it come late.
      this.frame.style.position = 'absolute'
      this.frame.style.visibility = 'hidden'
      this.appendChild(words)
    }

    onmessage(event) {
      if (!this.frame || event.source !== this.frame.contentWindow || event.origin !== this.origin) return
      var data = event.data
      if (!data || data.type !== 'hubs:height' || typeof data.height !== 'number') return
      if (!(data.height > 0)) return
      clearTimeout(this.silence)
      this.speak(false)
      // What the page's theme became while the frame was loading.
      this.tellTheme()
      var content = Math.min(Math.ceil(data.height), TALLEST)
      if (content === this.content) return
      this.content = content
      remember(this.shown, content)
      this.resize()
    }
  }

  customElements.define('hub-widget', HubWidget)
})()
`

/** `/embed.js`. Pages of any origin may load it, also those that refuse what does not say so. */
export const embedScriptRoute: Route = {
  method: 'GET',
  path: '/embed.js',
  right: 'anyone',
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
