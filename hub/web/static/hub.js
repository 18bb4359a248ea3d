// Enhances pages that work without it: the menu on a phone, fields that open, focus on errors.
import { initAll } from './vendor/govuk-frontend.min.js'

document.body.classList.add('js-enabled', 'govuk-frontend-supported')
initAll()
