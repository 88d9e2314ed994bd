import { createUploader } from './upload.js';

const { elements } = document.querySelector('form');
const list = document.querySelector('ul');
const template = document.querySelector('template');
const rows = new Map(); // file id → its row

let uppy = null;

elements.files.addEventListener('change', () => {
  uppy ??= shown(
    createUploader({
      api: elements.api.value,
      projectId: elements.project.value,
      token: () => elements.token.value, // in your app: of your sign-in, renewed when it expires
    }),
  );
  for (const file of elements.files.files) {
    try {
      uppy.addFile({ name: file.name, type: file.type, data: file, source: 'page' });
    } catch (error) {
      if (!error.isRestriction) throw error; // it is in the list already
    }
  }
  elements.files.value = '';
});

/** Each file of `uppy` as a row of the list. */
function shown(uppy) {
  uppy.on('file-added', (file) => {
    const row = template.content.cloneNode(true).querySelector('li');
    row.querySelector('b').textContent = file.name;
    row.addEventListener('click', ({ target }) => ACTIONS[target.value]?.(file.id));
    rows.set(file.id, row);
    list.append(row);
  });
  uppy.on('file-removed', (file) => rows.get(file.id).remove());
  uppy.on('upload-progress', (file, { bytesUploaded, bytesTotal }) => {
    show(file, 'uploading', (100 * bytesUploaded) / bytesTotal);
  });
  uppy.on('upload-pause', (file, isPaused) => show(file, isPaused ? 'paused' : 'uploading'));
  uppy.on('upload-success', (file) => show(file, 'uploaded', 100));
  uppy.on('upload-error', (file, error) => show(file, error.message));
  return uppy;
}

const ACTIONS = {
  pause: (id) => uppy.pauseResume(id),
  retry: (id) => uppy.retryUpload(id),
  cancel: (id) => uppy.removeFile(id),
};

function show({ id }, status, percent) {
  const row = rows.get(id);
  const { error, isPaused, progress } = uppy.getFile(id);
  row.querySelector('output').value = status;
  if (percent !== undefined) row.querySelector('progress').value = percent;
  row.querySelector('[value=pause]').textContent = isPaused ? 'Resume' : 'Pause';
  row.querySelector('[value=pause]').hidden = Boolean(error) || progress.uploadComplete;
  row.querySelector('[value=retry]').hidden = !error;
  row.querySelector('[value=cancel]').hidden = progress.uploadComplete;
}
