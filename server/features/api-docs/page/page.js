// Nothing is kept in the browser, and nothing is asked of any other host.
// @ts-expect-error the script that stands before this one in the page defines it
globalThis.SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#api',
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: -1,
  filter: true,
  validatorUrl: null,
})
