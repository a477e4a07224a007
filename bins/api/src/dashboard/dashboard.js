// The service does not know by what address it is reached; the browser does.
for (const here of document.querySelectorAll('.here')) here.textContent = location.origin + location.pathname;
document.getElementById('here-is')?.remove();
