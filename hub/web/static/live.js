// Adds new notices to an open inbox as the hub sends them. Without it, loading the page again does.
const list = document.getElementById('live')
const said = document.getElementById('live-said')

function row (notice) {
  const item = document.createElement('li')
  const link = document.createElement('a')
  const tag = document.createElement('strong')
  item.id = `n-${notice.id}`
  link.className = 'govuk-link govuk-!-font-weight-bold'
  link.href = notice.href
  link.textContent = notice.words
  tag.className = 'govuk-tag govuk-tag--blue'
  tag.textContent = 'New'
  item.append(link, ' ', tag)
  return item
}

function show (event) {
  const fresh = JSON.parse(event.data).filter(notice => !document.getElementById(`n-${notice.id}`))
  for (const notice of fresh) list.prepend(row(notice))
  if (fresh.length === 0) return
  document.getElementById('live-none')?.remove()
  said.textContent = fresh.length === 1 ? 'One new notice.' : `${fresh.length} new notices.`
}

if (list && 'EventSource' in window) {
  const from = new URL(list.dataset.from, location.href)
  if (list.dataset.after) from.searchParams.set('after', list.dataset.after)
  const stream = new EventSource(from)
  const off = document.getElementById('live-off')
  stream.addEventListener('open', () => { off.hidden = true })
  stream.addEventListener('error', () => { off.hidden = false })
  stream.addEventListener('notices', show)
  stream.addEventListener('over', () => { stream.close(); location.reload() })
  addEventListener('pagehide', () => stream.close())
}
