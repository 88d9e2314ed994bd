import AwsS3 from '@uppy/aws-s3';
import Uppy from '@uppy/core';

import { PartUrls, Spool, endOf } from './spool.js';

const OVER = new Set([404, 409, 413, 422]); // answers after which an upload can't be completed

/**
 * An Uppy that uploads to Spool: small files by one PUT, large ones in parts that survive a lost
 * network and a closed page. Who picks the same file again goes on where the upload stopped.
 *
 * `api` is Spool's address, `token` a function that returns an access token or a promise of one.
 * A file's `meta.mediaId` is its asset's id from the moment its upload begins; a file that is added
 * with `meta.replaces`, an asset's id, becomes the newest version of that asset.
 */
export function createUploader({ api, token, projectId }) {
  const spool = new Spool({ api, token });
  const uppy = new Uppy({ id: `spool-${projectId}`, autoProceed: true });
  const uploads = new Map(); // file id → what presign answered, or what was remembered of it
  const partUrls = new Map(); // upload id → PartUrls
  const partSizes = new WeakMap(); // the file's data, which is all that Uppy tells → bytes

  uppy.use(AwsS3, {
    shouldUseMultipart: (file) => uploads.get(file.id).uploadId !== null,
    getChunkSize: (data) => partSizes.get(data),

    async getUploadParameters(file) {
      let upload = uploads.get(file.id);
      if (endOf(upload.expiresAt) < Date.now()) upload = await presign(file, upload.mediaId);
      return { method: 'PUT', url: upload.presignedUrls[0], headers: upload.headers };
    },

    async signPart(file, { uploadId, partNumber }) {
      return { method: 'PUT', url: await partUrls.get(uploadId).take(partNumber) };
    },

    async listParts(file, upload) {
      const { parts } = uploads.get(file.id); // known once all have arrived: see below
      const arrived = parts ?? (await untilOver(file, spool.parts(upload))).items;
      return arrived.map(({ partNumber, etag }) => ({ PartNumber: partNumber, ETag: etag }));
    },

    async completeMultipartUpload(file, { parts, ...upload }) {
      const arrived = parts.map((part) => ({ partNumber: part.PartNumber, etag: part.ETag }));
      // Should the answer get lost, S3 may have forgotten the parts: Spool is asked once more.
      remember(file, { ...uploads.get(file.id), parts: arrived });
      await untilOver(file, spool.complete(upload, arrived));
      return {};
    },

    abortMultipartUpload: giveUp,
  });

  uppy.addPreProcessor((ids) => Promise.all(uppy.getFilesByIds(ids).map(begin)));
  uppy.on('upload-success', forget);
  // Uppy itself gives up none that failed: what arrived of it is kept for a retry.
  uppy.on('file-removed', (file) => giveUp(file).catch((error) => uppy.log(error)));
  pauseWhileOffline(uppy);
  return uppy;

  /**
   * What Uppy then finds as begun, it goes on with: it lists the parts and sends the others. It never
   * creates an upload, so Spool decides which go in parts and how large these are.
   */
  async function begin(file) {
    try {
      const upload = uploads.get(file.id) ?? (await remembered(file)) ?? (await presign(file));
      if (!uppy.getFile(file.id)) return await giveUp(file); // removed meanwhile
      uppy.setFileMeta(file.id, { mediaId: upload.mediaId });
      if (upload.uploadId === null) return;
      partSizes.set(file.data, upload.partSize);
      if (!partUrls.has(upload.uploadId))
        partUrls.set(upload.uploadId, new PartUrls(spool, upload, file.size));
      uppy.setFileState(file.id, { s3Multipart: { uploadId: upload.uploadId, key: upload.key } });
    } catch (error) {
      uppy.emit('upload-error', file, error);
    }
  }

  async function presign({ id, name, type, size, meta }, mediaId = meta.replaces) {
    const wish = { filename: name, contentType: type, size, projectId, mediaId };
    const upload = await spool.presign(wish);
    remember({ id }, upload);
    return upload;
  }

  /** The upload of this file that an earlier page began; null if there is none any more. */
  async function remembered(file) {
    const upload = JSON.parse(localStorage.getItem(file.id));
    if (upload === null) return null;
    try {
      if (!upload.parts) upload.partSize = (await spool.parts(upload)).partSize ?? upload.partSize;
    } catch (error) {
      if (error.status !== 404) throw error;
      forget(file);
      return null;
    }
    uploads.set(file.id, upload);
    return upload;
  }

  /** Uppy's file id is of the file's name, type, size and time, so it's the same in a new page. */
  function remember({ id }, upload) {
    uploads.set(id, upload);
    if (upload.uploadId === null) return; // goes in one piece, so there is nothing to go on with
    localStorage.setItem(id, JSON.stringify({ ...upload, presignedUrls: [] }));
  }

  function forget({ id }) {
    partUrls.delete(uploads.get(id)?.uploadId);
    uploads.delete(id);
    localStorage.removeItem(id);
  }

  /** Once, whoever asks first. */
  async function giveUp(file) {
    const upload = uploads.get(file.id);
    forget(file);
    if (upload?.uploadId) await spool.abort(upload);
  }

  /** `answer`; when it says that the upload is over, a retry begins another. */
  async function untilOver(file, answer) {
    try {
      return await answer;
    } catch (error) {
      if (OVER.has(error.status)) await giveUp(file).catch(() => {}); // it may be gone already
      throw error;
    }
  }
}

/** Uppy would try for some seconds, then fail. What the user paused stays paused. */
function pauseWhileOffline(uppy) {
  let paused = [];
  addEventListener('offline', () => {
    paused = uppy.getFiles().filter(({ isPaused, progress, error }) => {
      return progress.uploadStarted && !progress.uploadComplete && !isPaused && !error;
    });
    paused.forEach(({ id }) => uppy.pauseResume(id));
  });
  addEventListener('online', () => {
    paused.filter(({ id }) => uppy.getFile(id)?.isPaused).forEach(({ id }) => uppy.pauseResume(id));
    paused = [];
  });
}
