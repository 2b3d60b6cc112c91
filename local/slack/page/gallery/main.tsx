import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '../styles/index.css';
import './gallery.css';
import { GalleryPage } from './gallery-page.tsx';

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <GalleryPage />
  </StrictMode>,
);
