/**
 * The fused kernel's two providers: for FLOAT {@code kernel.fused} runs, for DOUBLE {@code
 * kernel.fused.doubles}, under one name.
 */
package org.iterativemaps.kernel.providers;
